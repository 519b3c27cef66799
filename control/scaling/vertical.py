"""Whether a service changes its size now: two windows merged, then gates, most urgent first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from control.scaling.sizing import (
    Policy,
    Recommendation,
    WindowSummary,
    out_of_memory_floor,
    recommend,
)

LONG_WINDOW = timedelta(hours=30)
SHORT_WINDOW = timedelta(hours=3)
COVERAGE_FOR_SHRINKING_PERCENT = 95
FIRST_SUPPRESSION = timedelta(minutes=5)
LONGEST_SUPPRESSION = timedelta(minutes=60)


class Mode(StrEnum):
    OFF = "off"
    RECOMMEND = "recommend"
    APPLY = "apply"


class Reason(StrEnum):
    FIXED_PROFILE = "fixed_profile"
    SINGLE_PRIMARY = "single_primary"
    NOT_RUNNING = "not_running"
    PINNED = "pinned"
    OUT_OF_BOUNDS = "out_of_bounds"
    MODE_OFF = "mode_off"
    NO_METRICS = "no_metrics"
    COVERAGE = "coverage"
    STEADY = "steady"
    AT_BOUND = "at_bound"
    OPERATION_IN_FLIGHT = "operation_in_flight"
    PROTECTED = "protected"
    SUPPRESSED = "suppressed_after_failure"
    GROW = "grow"
    SHRINK = "shrink"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The last operation towards `units` failed `times` times in a row."""

    units: int
    times: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that the decision looks at; windows are None while nothing was measured."""

    units: int
    min_units: int
    max_units: int
    replicas: int
    is_primary: bool
    is_running: bool = True
    profile_is_fixed: bool = False
    mode: Mode = Mode.APPLY
    policy: Policy = Policy.CLASSIC
    short: WindowSummary | None = None
    long: WindowSummary | None = None
    target_in_flight: int | None = None
    failure: Failure | None = None
    floor_units: int = 1
    """What a person or the schedule asked for of late: metrics do not go below it."""
    ceiling_units: int | None = None
    """The same the other way round; only a crash goes above it."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`units` to have from now on; `advisory_units` is what the long window alone would like."""

    units: int
    reason: Reason
    apply: bool = False
    advisory_units: int | None = None
    recommendation: Recommendation | None = None


def decide(facts: Facts, now: datetime) -> Decision:
    """Choose the size of every replica of one service; bounds go before metrics."""
    hold = Decision(units=facts.units, reason=Reason.STEADY)
    if facts.profile_is_fixed:
        return because(hold, Reason.FIXED_PROFILE)
    if facts.replicas == 1 and facts.is_primary:
        return because(hold, Reason.SINGLE_PRIMARY)
    if not facts.is_running:
        return because(hold, Reason.NOT_RUNNING)
    if facts.min_units == facts.max_units:
        return Decision(
            units=facts.min_units, reason=Reason.PINNED, apply=facts.units != facts.min_units
        )
    bounded = clamp(facts.units, facts)
    if bounded != facts.units:
        return Decision(units=bounded, reason=Reason.OUT_OF_BOUNDS, apply=True)
    if facts.mode is Mode.OFF:
        return because(hold, Reason.MODE_OFF)
    return from_metrics(facts, now)


def from_metrics(facts: Facts, now: datetime) -> Decision:
    wanted = merge(facts)
    if wanted is None:
        return Decision(units=facts.units, reason=Reason.NO_METRICS)
    free = clamp(max(wanted.units, floor(facts)), facts)
    units = clamp(guarded(free, facts), facts)
    hold = Decision(
        units=facts.units,
        reason=Reason.STEADY,
        advisory_units=wanted.advisory_units,
        recommendation=wanted.recommendation,
    )
    if units == facts.units:
        if units != free:
            return because(hold, Reason.PROTECTED)
        return because(hold, Reason.AT_BOUND if wanted.units != units else Reason.STEADY)
    growing = units > facts.units
    if not growing and not is_covered(facts):
        return because(hold, Reason.COVERAGE)
    target = facts.target_in_flight
    if target is not None and (not growing or facts.units < units <= target):
        return because(hold, Reason.OPERATION_IN_FLIGHT)
    if is_suppressed(facts, units, now):
        return because(hold, Reason.SUPPRESSED)
    return Decision(
        units=units,
        reason=Reason.GROW if growing else Reason.SHRINK,
        apply=facts.mode is Mode.APPLY,
        advisory_units=wanted.advisory_units,
        recommendation=wanted.recommendation,
    )


def guarded(units: int, facts: Facts) -> int:
    """Between what was asked for of late; what a crash needed goes through."""
    units = max(units, facts.floor_units)
    if facts.ceiling_units is not None:
        units = min(units, max(facts.ceiling_units, floor(facts)))
    return units


@dataclass(frozen=True, kw_only=True)
class Wanted:
    units: int
    recommendation: Recommendation
    advisory_units: int | None = None


def merge(facts: Facts) -> Wanted | None:
    """`classic` looks at the long window alone; `target_tracking` lets the short one trigger.

    Growing takes the larger of both in one step; shrinking follows the short window, unless the
    long one says grow.
    """
    if facts.long is None:
        return None
    long = recommend(facts.policy, facts.long, units=facts.units, replicas=facts.replicas)
    if facts.policy is Policy.CLASSIC:
        return Wanted(units=long.units, recommendation=long)
    if facts.short is None:
        return None
    short = recommend(facts.policy, facts.short, units=facts.units, replicas=facts.replicas)
    if short.units > facts.units:
        return Wanted(units=max(short.units, long.units), recommendation=short)
    if long.units > facts.units:
        return Wanted(units=facts.units, recommendation=short, advisory_units=long.units)
    return Wanted(units=short.units, recommendation=short)


def floor(facts: Facts) -> int:
    return out_of_memory_floor(facts.long) if facts.long else 1


def is_covered(facts: Facts) -> bool:
    """A gap is unknown, never zero: too few samples cannot prove that less is enough."""
    window = facts.long if facts.policy is Policy.CLASSIC else facts.short
    if window is None:
        return False
    return window.samples * 100 >= COVERAGE_FOR_SHRINKING_PERCENT * window.expected_samples


def is_suppressed(facts: Facts, units: int, now: datetime) -> bool:
    """After a failure the same target rests 5 minutes, then twice as long each time, up to an hour.

    A floor set by a larger crash goes through.
    """
    failure = facts.failure
    if failure is None or units != failure.units or floor(facts) >= units:
        return False
    doublings: int = 2 ** min(failure.times - 1, 10)
    rest = min(FIRST_SUPPRESSION * doublings, LONGEST_SUPPRESSION)
    return now < failure.at + rest


def clamp(units: int, facts: Facts) -> int:
    return min(max(units, facts.min_units), facts.max_units)


def because(decision: Decision, reason: Reason) -> Decision:
    return replace(decision, reason=reason)
