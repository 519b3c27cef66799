"""When replicas of a fixed size are added and removed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from control.scaling.horizontal import Decision, Facts, Reason, decide
from control.scaling.sizing import GIB, MemorySpread, WindowSummary
from control.scaling.vertical import Mode

SPREAD = MemorySpread(count=60, total_mib=60, total_squares_mib=60)


def window(millicores: int, memory_gib: float = 1, samples: int = 60) -> WindowSummary:
    return WindowSummary(
        cpu_peak_millicores=millicores,
        resident_peak_bytes=round(memory_gib * GIB),
        query_peak_bytes=0,
        spread=SPREAD,
        samples=samples,
        expected_samples=60,
        minutes=60,
    )


FACTS = Facts(
    replicas=4,
    min_replicas=2,
    max_replicas=10,
    units=10,
    recent=window(6000),
    calm=window(6000),
)


def used(millicores: int, memory_gib: float = 1, **more: int) -> Facts:
    seen = window(millicores, memory_gib, **more)
    return replace(FACTS, recent=seen, calm=seen)


CASES = {
    "exactly 80 % holds": (used(8000), 4, Reason.STEADY),
    "above 80 % goes to 60 %": (used(8001), 6, Reason.ADD_REPLICAS),
    "memory counts like CPU": (used(100, 36), 6, Reason.ADD_REPLICAS),
    "exactly 45 % holds": (used(4500), 4, Reason.STEADY),
    "below 45 % takes one away": (used(4499), 3, Reason.REMOVE_REPLICAS),
    "far below takes one away too": (used(10), 3, Reason.REMOVE_REPLICAS),
    "a peak within the hour holds": (
        replace(FACTS, recent=window(1000), calm=window(4600)),
        4,
        Reason.STEADY,
    ),
    "too few samples take nothing away": (used(1000, samples=56), 4, Reason.COVERAGE),
    "enough samples do": (used(1000, samples=57), 3, Reason.REMOVE_REPLICAS),
    "at the upper bound": (replace(used(9000), max_replicas=4), 4, Reason.AT_BOUND),
    "at the lower bound": (replace(used(1000), min_replicas=4), 4, Reason.AT_BOUND),
    "several do not become one": (
        replace(used(10), replicas=2, min_replicas=1),
        2,
        Reason.AT_BOUND,
    ),
    "bounds need no metrics": (
        replace(FACTS, min_replicas=6, recent=None, calm=None),
        6,
        Reason.OUT_OF_BOUNDS,
    ),
    "nothing known": (replace(FACTS, recent=None), 4, Reason.NO_METRICS),
    "within the cadence": (
        replace(used(9000), since_last=timedelta(minutes=9, seconds=59)),
        4,
        Reason.WAITING,
    ),
    "after the cadence": (
        replace(used(9000), since_last=timedelta(minutes=10)),
        6,
        Reason.ADD_REPLICAS,
    ),
    "asleep": (replace(used(9000), is_running=False), 4, Reason.NOT_RUNNING),
    "off": (replace(used(9000), mode=Mode.OFF), 4, Reason.MODE_OFF),
    "in flight": (replace(used(9000), operation_in_flight=True), 4, Reason.OPERATION_IN_FLIGHT),
    "asked for of late": (replace(used(1000), floor_replicas=4), 4, Reason.PROTECTED),
}


@pytest.mark.parametrize(("facts", "replicas", "reason"), CASES.values(), ids=CASES.keys())
def test_decision(facts: Facts, replicas: int, reason: Reason) -> None:
    decision: Decision = decide(facts)
    assert (decision.replicas, decision.reason) == (replicas, reason)
    assert decision.apply == (replicas != facts.replicas)
