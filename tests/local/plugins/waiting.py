"""Waiting in tests: bounded, and with a sentence when it was in vain."""

from __future__ import annotations

import time
from collections.abc import Callable

INTERVAL_S = 0.05


def wait_until(condition: Callable[[], bool], what: str, within_s: float = 30) -> None:
    deadline_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise AssertionError(f"waited {within_s} s for {what}")
        time.sleep(INTERVAL_S)
