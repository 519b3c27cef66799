"""Whose wish about the size of a service holds: bounds, then a person, the schedule, metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from control.scaling.schedule import Entry, Occurrence, latest_begun

PROTECTION = timedelta(hours=3)
"""So long a size that somebody asked for is not undone by metrics (ours)."""


class By(StrEnum):
    """Who asked for a size."""

    BOUNDS = "bounds"
    PERSON = "person"
    SCHEDULE = "schedule"
    METRICS = "metrics"


@dataclass(frozen=True, kw_only=True)
class Held:
    """What was asked for of late; metrics work inside of it."""

    by: By | None = None
    until: datetime | None = None
    floor_units: int = 1
    floor_replicas: int = 1
    ceiling_units: int | None = None

    def at(self, now: datetime) -> Held:
        return self if self.until is not None and now < self.until else FREE


FREE = Held()


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What a Service object remembers of its size between two looks."""

    seen_units: int | None = None
    seen_replicas: int | None = None
    checked_at: datetime | None = None
    """Up to here the schedule has been looked at."""
    schedule: str = ""
    """Names the schedule that was looked at: a new one does not begin in the past."""
    rule: str = ""
    rule_began: datetime | None = None
    rule_ends: datetime | None = None
    replicas_before: int | None = None
    units_before: int | None = None
    held: Held = field(default_factory=Held)
    last_horizontal: datetime | None = None
    crash_bytes: int = 0
    crash_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Present:
    """What the object wants now, and what we wrote into it last."""

    units: int
    replicas: int
    min_units: int
    max_units: int
    our_units: int | None = None
    our_replicas: int | None = None
    our_rule: str = ""
    our_change_at: datetime | None = None
    operation_in_flight: bool = False
    entries: Sequence[Entry] = ()
    schedule: str = ""
    metrics_decide_size: bool = False
    """Whether the end of a rule leaves the size to metrics, rather than to what it was."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A new wish to write into the object; None leaves what is there."""

    by: By
    units: int | None = None
    replicas: int | None = None
    rule: str = ""


def notice(memory: Memory, present: Present, now: datetime) -> Memory:
    """Recognise what a person changed: it is neither what we saw last nor what we wrote."""
    seen = replace(memory, seen_units=present.units, seen_replicas=present.replicas)
    if memory.schedule != present.schedule or memory.checked_at is None:
        seen = replace(seen, schedule=present.schedule, checked_at=now)
    if memory.seen_units is None or memory.seen_replicas is None:
        return seen
    resized = present.units not in (memory.seen_units, present.our_units)
    recounted = present.replicas not in (memory.seen_replicas, present.our_replicas)
    if not resized and not recounted:
        return seen
    held = replace(memory.held.at(now), by=By.PERSON, until=now + PROTECTION)
    ours = ours_came_last(memory, present)
    units_before = (ours and present.our_units) or memory.seen_units
    replicas_before = (ours and present.our_replicas) or memory.seen_replicas
    if resized:
        larger = present.units > units_before
        held = replace(
            held,
            floor_units=present.units if larger else 1,
            ceiling_units=None if larger else present.units,
        )
    if recounted:
        more = present.replicas > replicas_before
        held = replace(held, floor_replicas=present.replicas if more else 1)
        seen = replace(seen, last_horizontal=now)
    return replace(seen, held=held)


def ours_came_last(memory: Memory, present: Present) -> bool:
    """Whether our own change came after the last look: it is what a person found there."""
    if present.our_change_at is None or memory.checked_at is None:
        return False
    return present.our_change_at >= memory.checked_at


def follow_schedule(
    memory: Memory, present: Present, now: datetime
) -> tuple[Memory, Change | None]:
    """The rule that began since the last look; of several missed ones only the latest."""
    since = max(filter(None, (memory.checked_at, memory.rule_began)), default=now)
    checked = replace(memory, checked_at=now)
    due = latest_begun(present.entries, since, now)
    if due is not None and holds_still(due, now):
        if person_is_at_it(memory, present, now):
            return replace(checked, rule=due.entry.name, rule_began=due.begins), None
        return begun(checked, present, due)
    if memory.rule_ends is not None and now >= memory.rule_ends:
        return ended(checked, present)
    return checked, unwritten(memory, present, now)


def unwritten(memory: Memory, present: Present, now: datetime) -> Change | None:
    """What a rule that has begun wants, where the process ended before it was written."""
    held = memory.held.at(now)
    if held.by is not By.SCHEDULE or memory.rule_began is None:
        return None
    written = present.our_change_at is not None and present.our_change_at >= memory.rule_began
    if written and present.our_rule == memory.rule:
        return None
    change = Change(
        by=By.SCHEDULE,
        units=bounded(held.floor_units, present) if held.floor_units > 1 else None,
        replicas=held.floor_replicas if held.floor_replicas > 1 else None,
        rule=memory.rule,
    )
    return change if differs(change, present) else None


def holds_still(due: Occurrence, now: datetime) -> bool:
    return due.entry.end is None or now < due.ends


def person_is_at_it(memory: Memory, present: Present, now: datetime) -> bool:
    """A change by hand, of this moment or still on its way, goes before the calendar."""
    held = memory.held.at(now)
    if held.by is not By.PERSON or held.until is None:
        return False
    return present.operation_in_flight or held.until == now + PROTECTION


def begun(memory: Memory, present: Present, due: Occurrence) -> tuple[Memory, Change | None]:
    target, entry = due.entry.target, due.entry
    pinned = present.min_units == present.max_units
    units = None if target.units is None or pinned else bounded(target.units, present)
    until = due.begins + PROTECTION if entry.end is None else due.ends
    # One rule that follows another at once goes back to what was before the first.
    chained = memory.rule_ends is not None and memory.rule_ends >= due.begins
    units_before = memory.units_before if chained else None
    replicas_before = memory.replicas_before if chained else None
    if entry.end is not None:
        units_before = units_before or (present.units if units else None)
        replicas_before = replicas_before or (present.replicas if target.replicas else None)
    following = replace(
        memory,
        rule=entry.name,
        rule_began=due.begins,
        rule_ends=None if entry.end is None else due.ends,
        units_before=units_before,
        replicas_before=replicas_before,
        held=Held(
            by=By.SCHEDULE,
            until=until,
            floor_units=units or 1,
            floor_replicas=target.replicas or 1,
        ),
    )
    change = Change(by=By.SCHEDULE, units=units, replicas=target.replicas, rule=entry.name)
    return following, change if differs(change, present) else None


def ended(memory: Memory, present: Present) -> tuple[Memory, Change | None]:
    """Take back what the rule did, unless somebody has changed it since."""
    over = replace(memory, rule_ends=None, units_before=None, replicas_before=None)
    held = memory.held
    if held.by is not By.SCHEDULE:
        return over, None
    over = replace(over, held=FREE)
    back_units = memory.units_before if present.units == held.floor_units else None
    back_replicas = memory.replicas_before if present.replicas == held.floor_replicas else None
    if present.metrics_decide_size:
        back_units = None
    change = Change(
        by=By.SCHEDULE,
        units=bounded(back_units, present) if back_units else None,
        replicas=back_replicas,
        rule=memory.rule,
    )
    return over, change if differs(change, present) else None


def bounded(units: int, present: Present) -> int:
    return min(max(units, present.min_units), present.max_units)


def differs(change: Change, present: Present) -> bool:
    return change.units not in (None, present.units) or change.replicas not in (
        None,
        present.replicas,
    )
