"""A value that is handed out once other things are there: order follows outputs."""

from collections.abc import Iterable
from typing import Any

import pulumi


def once(value: pulumi.Output[str], there: Iterable[pulumi.Output[Any]]) -> pulumi.Output[str]:
    """`value`, which waits for everything in `there`."""
    return pulumi.Output.all(value, *there).apply(_first)


def _first(values: list[str]) -> str:
    return values[0]
