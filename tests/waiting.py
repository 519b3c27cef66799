"""Waiting for what must come true, within a bound."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PAUSE_S = 0.1
SLOW_MACHINE = 4
"""Bounds are written for a quiet machine. One that shares its cores with others may take so many
times as long; a longer bound costs only the test that fails."""


def wait_for(look: Callable[[], T | None], *, within_s: float, what: str) -> T:
    """Return the first value of `look` that is true, or fail with `what` and the last value.

    `within_s` is what a quiet machine may take.
    """
    bound_s = within_s * SLOW_MACHINE
    deadline_s = time.monotonic() + bound_s
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline_s:
            raise AssertionError(f"not within {bound_s} s: {what}; last seen: {seen!r}")
        time.sleep(PAUSE_S)
