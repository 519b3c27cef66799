"""The cases of the specification's table, computed with exact fractions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control.scaling.sizing import GIB, Driver, MemorySpread, Policy, WindowSummary
from control.scaling.vertical import Decision, Facts, Failure, Mode, Reason, decide

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
STEADY_SPREAD = MemorySpread(count=100, total_mib=100_000, total_squares_mib=100_000_000)
SPIKY_SPREAD = MemorySpread(count=2, total_mib=200, total_squares_mib=100 * 100 + 100 * 100 + 2000)


def window(
    cpu: float,
    memory_gib: float,
    *,
    spread: MemorySpread = STEADY_SPREAD,
    oom_gib: float = 0,
    samples: int = 1800,
) -> WindowSummary:
    return WindowSummary(
        cpu_peak_millicores=round(cpu * 1000),
        resident_peak_bytes=round(memory_gib * GIB),
        query_peak_bytes=0,
        spread=spread,
        pod_oom_bytes=round(oom_gib * GIB),
        samples=samples,
        expected_samples=1800,
    )


CLASSIC = Facts(units=4, min_units=2, max_units=30, replicas=3, is_primary=True)


def classic(units: int, cpu: float, memory_gib: float, **more: float) -> Facts:
    return replace(CLASSIC, units=units, long=window(cpu, memory_gib, **more))  # type: ignore[arg-type]


def tracking(
    units: int, short: WindowSummary, long: WindowSummary | None = None, **more: object
) -> Facts:
    facts = replace(CLASSIC, policy=Policy.TARGET_TRACKING, units=units)
    return replace(facts, short=short, long=long or short, **more)  # type: ignore[arg-type]


SPIKY = replace(SPIKY_SPREAD, total_squares_mib=30_000)

CASES = {
    "1 above the threshold doubles": (classic(4, 2.6, 9), 8, Reason.GROW),
    "2 exactly on the threshold holds": (classic(4, 2.4, 9), 4, Reason.STEADY),
    "3 below half of the threshold halves": (classic(4, 1.1, 3), 2, Reason.SHRINK),
    "4 exactly on half of the threshold holds": (classic(4, 1.2, 3), 4, Reason.STEADY),
    "5 memory wins over less CPU": (classic(4, 1.1, 13), 5, Reason.GROW),
    "6 a crash asks for half as much again": (classic(4, 1.1, 14, oom_gib=14), 6, Reason.GROW),
    "7 the upper bound holds": (classic(16, 13, 40), 30, Reason.GROW),
    "8 an odd size halves upwards": (classic(5, 1.0, 6), 3, Reason.SHRINK),
    "11 the peak is inside the window": (classic(8, 5.0, 8), 16, Reason.GROW),
    "11 the peak has left the window": (classic(8, 1.9, 8), 4, Reason.SHRINK),
    "12 the documentation's example": (tracking(4, window(3.8, 4)), 8, Reason.GROW),
    "13 exactly 37.5 % holds": (tracking(8, window(3.0, 4)), 8, Reason.STEADY),
    "13 exactly 75 % holds": (tracking(8, window(6.0, 4)), 8, Reason.STEADY),
    "13 just above 75 % grows": (tracking(8, window(6.01, 4)), 12, Reason.GROW),
    "14 down, and the long window holds": (
        tracking(8, window(2.9, 10), window(3.8, 10)),
        6,
        Reason.SHRINK,
    ),
    "16 hold, and the long window is only advice": (
        tracking(4, window(2.4, 4), window(5.1, 4)),
        4,
        Reason.STEADY,
    ),
    "18 steady memory": (tracking(4, window(2.4, 14)), 5, Reason.GROW),
    "18 spiky memory": (tracking(4, window(2.4, 14, spread=SPIKY)), 4, Reason.STEADY),
    "20 little memory alone never shrinks": (tracking(8, window(4.0, 3)), 8, Reason.STEADY),
    "21 already at the upper bound": (tracking(30, window(24, 90)), 30, Reason.AT_BOUND),
    "22 equal bounds pin without metrics": (
        replace(CLASSIC, min_units=8, max_units=8),
        8,
        Reason.PINNED,
    ),
    "23 a raised lower bound needs no metrics": (
        replace(CLASSIC, min_units=8),
        8,
        Reason.OUT_OF_BOUNDS,
    ),
    "24 a single primary never changes": (
        replace(classic(4, 3.8, 4), replicas=1),
        4,
        Reason.SINGLE_PRIMARY,
    ),
    "24 a single secondary may": (
        tracking(4, window(3.8, 4), replicas=1, is_primary=False),
        8,
        Reason.GROW,
    ),
    "25 too few samples never shrink": (
        tracking(8, window(2.0, 4, samples=40)),
        8,
        Reason.COVERAGE,
    ),
    "no metrics at all": (CLASSIC, 4, Reason.NO_METRICS),
    "a fixed profile": (
        replace(classic(4, 3.9, 4), profile_is_fixed=True),
        4,
        Reason.FIXED_PROFILE,
    ),
    "a sleeping service": (replace(classic(4, 3.9, 4), is_running=False), 4, Reason.NOT_RUNNING),
    "mode off": (replace(classic(4, 3.9, 4), mode=Mode.OFF), 4, Reason.MODE_OFF),
    "shrinking waits for an operation": (
        replace(classic(4, 1.1, 3), target_in_flight=4),
        4,
        Reason.OPERATION_IN_FLIGHT,
    ),
    "growing replaces an operation": (
        replace(classic(4, 2.6, 3), target_in_flight=4),
        8,
        Reason.GROW,
    ),
}


@pytest.mark.parametrize(("facts", "units", "reason"), CASES.values(), ids=CASES.keys())
def test_decision(facts: Facts, units: int, reason: Reason) -> None:
    decision = decide(facts, NOW)
    assert (decision.units, decision.reason) == (units, reason)


def test_the_long_window_s_wish_is_shown() -> None:
    decision = decide(tracking(4, window(2.4, 4), window(5.1, 4)), NOW)
    assert decision.advisory_units == 10
    assert not decision.apply


def test_recommend_mode_decides_and_does_not_apply() -> None:
    facts = classic(4, 2.6, 9)
    assert decide(facts, NOW).apply
    decision = decide(replace(facts, mode=Mode.RECOMMEND), NOW)
    assert (decision.units, decision.reason, decision.apply) == (8, Reason.GROW, False)
    assert decision.recommendation is not None
    assert decision.recommendation.driver is Driver.CPU_HIGH


@pytest.mark.parametrize(
    ("times", "after", "reason"),
    [
        (1, timedelta(minutes=4, seconds=59), Reason.SUPPRESSED),
        (1, timedelta(minutes=5), Reason.GROW),
        (3, timedelta(minutes=19), Reason.SUPPRESSED),
        (3, timedelta(minutes=20), Reason.GROW),
        (9, timedelta(minutes=59), Reason.SUPPRESSED),
        (9, timedelta(minutes=60), Reason.GROW),
    ],
)
def test_a_failed_target_rests_longer_each_time(
    times: int, after: timedelta, reason: Reason
) -> None:
    failure = Failure(units=8, times=times, at=NOW - after)
    assert decide(replace(classic(4, 2.6, 9), failure=failure), NOW).reason is reason


def test_a_crash_that_needs_the_target_is_not_suppressed() -> None:
    failure = Failure(units=8, times=5, at=NOW)
    facts = replace(classic(4, 1.9, 9, oom_gib=21), failure=failure)
    assert decide(facts, NOW) == replace(
        decide(facts, NOW), units=8, reason=Reason.GROW, apply=True
    )


def test_a_crash_in_the_last_30_hours_is_a_floor() -> None:
    calm = window(1.0, 3)
    crashed = window(1.0, 3, oom_gib=12)
    assert decide(tracking(8, calm), NOW).units == 2
    assert decide(tracking(8, calm, crashed), NOW).units == 5


@given(
    st.integers(2, 30),
    st.integers(1, 20),
    st.integers(0, 60_000),
    st.integers(0, 300),
    st.integers(0, 300),
    st.sampled_from(Policy),
)
def test_every_decision_is_inside_the_bounds_and_stable(
    units: int, replicas: int, cpu_millicores: int, memory_gib: int, oom_gib: int, policy: Policy
) -> None:
    seen = window(cpu_millicores / 1000, memory_gib, oom_gib=oom_gib)
    facts = replace(CLASSIC, units=units, replicas=replicas, is_primary=False, policy=policy)
    facts = replace(facts, short=seen, long=seen)
    decision: Decision = decide(facts, NOW)
    assert facts.min_units <= decision.units <= facts.max_units
    assert decision == decide(facts, NOW)
    assert decision.apply == (decision.units != units)
