"""Changes that are somebody else's to make: of properties that the program says it ignores.

An autoscaler resizes a node group: the cloud then differs from the record, and nothing drifted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from control.cli.pending_plan import Document
    from control.cli.stack import Opened

Ignored = Mapping[str, Sequence[str]]
"""Paths of properties, by URN."""
SEGMENT = re.compile(r"""\["((?:[^"\\]|\\.)*)"\]|\[(\*|\d+)\]|([^.\[\]]+)""")
ANY = "*"


def read_ignored(opened: Opened) -> Ignored:
    from control.cli.stack import translated

    with translated(opened.name):
        return ignored_of((opened.stack.export_stack().deployment or {}).get("resources") or ())


def ignored_of(resources: Iterable[Document]) -> Ignored:
    return {
        str(each["urn"]): tuple(each["ignoreChanges"])
        for each in resources
        if each.get("ignoreChanges")
    }


def all_ignored(paths: Sequence[str], ignored: Sequence[str]) -> bool:
    """False where it is not told which they are."""
    return bool(paths) and all(any(within(path, one) for one in ignored) for path in paths)


def within(path: str, outer: str) -> bool:
    """Whether it is the same property, or a part of it."""
    inside, around = segments(path), segments(outer)
    return len(inside) >= len(around) and all(
        wanted in (ANY, found) for found, wanted in zip(inside, around, strict=False)
    )


def segments(path: str) -> list[str]:
    """Of `a.b[0]["c.d"]`: a, b, 0 and c.d."""
    return [quoted or index or name for quoted, index, name in SEGMENT.findall(path)]
