"""Waiting for what must come true, within a bound."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PAUSE_S = 0.1


def wait_for(look: Callable[[], T | None], *, within_s: float, what: str) -> T:
    """Return the first value of `look` that is true, or fail with `what` and the last value."""
    deadline_s = time.monotonic() + within_s
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline_s:
            raise AssertionError(f"not within {within_s} s: {what}; last seen: {seen!r}")
        time.sleep(PAUSE_S)
