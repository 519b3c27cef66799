"""How many replicas of a fixed size a service should have, by what its busiest replica uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil

from control.scaling.sizing import UNIT_BYTES, UNIT_MILLICORES, WindowSummary
from control.scaling.vertical import COVERAGE_FOR_SHRINKING_PERCENT, Mode

CADENCE = timedelta(minutes=10)
"""A service is looked at once in this time, and what it used in it decides on growing."""
CALM_WINDOW = timedelta(hours=1)
"""Only what was enough for so long is taken away (ours)."""
TARGET = Fraction(60, 100)
HIGH = Fraction(80, 100)
LOW = Fraction(45, 100)
MIN_AFTER_MULTI = 2
"""A service of several replicas does not become one of a single replica."""


class Reason(StrEnum):
    NOT_RUNNING = "not_running"
    OUT_OF_BOUNDS = "out_of_bounds"
    MODE_OFF = "mode_off"
    NO_METRICS = "no_metrics"
    WAITING = "waiting_for_cadence"
    STEADY = "steady"
    AT_BOUND = "at_bound"
    COVERAGE = "coverage"
    OPERATION_IN_FLIGHT = "operation_in_flight"
    PROTECTED = "protected"
    ADD_REPLICAS = "add_replicas"
    REMOVE_REPLICAS = "remove_replicas"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """`recent` covers CADENCE and `calm` CALM_WINDOW; None while nothing was measured."""

    replicas: int
    min_replicas: int
    max_replicas: int
    units: int
    is_running: bool = True
    mode: Mode = Mode.APPLY
    recent: WindowSummary | None = None
    calm: WindowSummary | None = None
    since_last: timedelta | None = None
    """Since the last change by this rule, or since one was there: what was used before it was
    shared by other replicas."""
    operation_in_flight: bool = False
    floor_replicas: int = 1
    """What a person or the schedule asked for of late."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    replicas: int
    reason: Reason
    apply: bool = False
    utilisation: Fraction | None = None
    """Of the busiest replica's CPU or memory, whichever is more."""


def decide(facts: Facts) -> Decision:
    """Choose the number of replicas; adding goes straight to the target, removing one by one."""
    hold = Decision(replicas=facts.replicas, reason=Reason.STEADY)
    if not facts.is_running:
        return replace(hold, reason=Reason.NOT_RUNNING)
    bounded = clamp(facts.replicas, facts)
    if bounded != facts.replicas:
        return Decision(replicas=bounded, reason=Reason.OUT_OF_BOUNDS, apply=True)
    if facts.mode is Mode.OFF:
        return replace(hold, reason=Reason.MODE_OFF)
    if facts.operation_in_flight:
        return replace(hold, reason=Reason.OPERATION_IN_FLIGHT)
    if facts.since_last is not None and facts.since_last < CADENCE:
        return replace(hold, reason=Reason.WAITING)
    if facts.recent is None or facts.calm is None:
        return replace(hold, reason=Reason.NO_METRICS)
    return from_metrics(facts, facts.recent, facts.calm)


def from_metrics(facts: Facts, recent: WindowSummary, calm: WindowSummary) -> Decision:
    busy, quiet = utilisation(recent, facts.units), utilisation(calm, facts.units)
    hold = Decision(replicas=facts.replicas, reason=Reason.STEADY, utilisation=busy)
    if busy > HIGH:
        wanted = clamp(ceil(facts.replicas * busy / TARGET), facts)
        if wanted == facts.replicas:
            return replace(hold, reason=Reason.AT_BOUND)
        return acting(facts, hold, wanted, Reason.ADD_REPLICAS)
    if quiet >= LOW:
        return hold
    wanted = clamp(max(facts.replicas - 1, ceil(facts.replicas * quiet / TARGET)), facts)
    if wanted >= facts.replicas:
        return replace(hold, reason=Reason.AT_BOUND)
    if wanted < facts.floor_replicas:
        return replace(hold, reason=Reason.PROTECTED)
    if calm.samples * 100 < COVERAGE_FOR_SHRINKING_PERCENT * calm.expected_samples:
        return replace(hold, reason=Reason.COVERAGE)
    return acting(facts, hold, wanted, Reason.REMOVE_REPLICAS)


def acting(facts: Facts, hold: Decision, replicas: int, reason: Reason) -> Decision:
    return replace(hold, replicas=replicas, reason=reason, apply=facts.mode is Mode.APPLY)


def utilisation(window: WindowSummary, units: int) -> Fraction:
    return max(
        Fraction(window.cpu_peak_millicores, units * UNIT_MILLICORES),
        Fraction(window.resident_peak_bytes, units * UNIT_BYTES),
    )


def clamp(replicas: int, facts: Facts) -> int:
    lowest = facts.min_replicas
    if facts.replicas >= MIN_AFTER_MULTI:
        lowest = max(lowest, min(MIN_AFTER_MULTI, facts.max_replicas))
    return min(max(replicas, lowest), facts.max_replicas)
