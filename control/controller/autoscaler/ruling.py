"""What becomes of one service's size now: the wishes of all in their order, with the reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from control.controller.autoscaler.subject import Subject
from control.scaling import horizontal, vertical
from control.scaling.sizing import MemorySpread, Policy, WindowSummary
from control.scaling.steering import By, Change, Memory, follow_schedule, notice

NOTHING = WindowSummary(
    cpu_peak_millicores=0,
    resident_peak_bytes=0,
    query_peak_bytes=0,
    spread=MemorySpread(count=0, total_mib=0, total_squares_mib=0),
    samples=0,
    expected_samples=1,
)
"""A window of which nothing is known."""
SCHEDULE_BEGAN, SCHEDULE_ENDED = "schedule_began", "schedule_ended"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Windows of one service; all None while Prometheus is away."""

    long: WindowSummary | None = None
    short: WindowSummary | None = None
    calm: WindowSummary | None = None
    recent: WindowSummary | None = None


@dataclass(frozen=True, kw_only=True)
class Crashed:
    """The last kill of a container for want of memory that Kubernetes tells of."""

    resident_bytes: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Ruling:
    memory: Memory
    reason: str
    units: int
    replicas: int
    change: Change | None = None
    advisory_units: int | None = None
    vertical: vertical.Decision | None = None
    horizontal: horizontal.Decision | None = None
    window: WindowSummary | None = None


def rule_on(subject: Subject, seen: Seen, crashed: Crashed | None, now: datetime) -> Ruling:
    """The calendar at its moment, else bounds and metrics; a person's change holds against both."""
    present = subject.present
    memory = with_crash(notice(subject.memory, present, now), crashed, now)
    held_before = memory.rule_ends
    memory, change = follow_schedule(memory, present, now)
    if change is not None:
        ended = held_before is not None and memory.rule_ends is None and now >= held_before
        return Ruling(
            memory=memory,
            reason=SCHEDULE_ENDED if ended else SCHEDULE_BEGAN,
            units=change.units or present.units,
            replicas=change.replicas or present.replicas,
            change=change,
        )
    if subject.wishes.horizontal is not None:
        return by_count(subject, memory, seen, now)
    return by_size(subject, memory, seen, now)


def by_size(subject: Subject, memory: Memory, seen: Seen, now: datetime) -> Ruling:
    service, held = subject.service, memory.held.at(now)
    long = crash_in(seen.long, memory, now, vertical.LONG_WINDOW)
    short = crash_in(seen.short, memory, now, vertical.SHORT_WINDOW)
    decision = vertical.decide(
        vertical.Facts(
            units=subject.actual_units,
            min_units=service.smallest.units,
            max_units=service.largest.units,
            replicas=service.replicas,
            is_primary=service.is_primary,
            is_running=subject.is_running,
            mode=subject.wishes.mode,
            policy=subject.wishes.policy,
            short=short,
            long=long,
            target_in_flight=service.size.units if subject.operation_in_flight else None,
            failure=subject.failure,
            floor_units=held.floor_units,
            ceiling_units=held.ceiling_units,
        ),
        now,
    )
    bounds = decision.reason in (vertical.Reason.PINNED, vertical.Reason.OUT_OF_BOUNDS)
    change = None
    if subject.out_of_bounds:
        # The controller keeps to the bounds already; the wish is made to say the same.
        change = Change(by=By.BOUNDS, units=service.size.units)
    elif decision.apply and decision.units != service.size.units:
        change = Change(by=By.BOUNDS if bounds else By.METRICS, units=decision.units)
    return Ruling(
        memory=memory,
        reason=decision.reason.value,
        units=decision.units,
        replicas=service.replicas,
        change=change,
        advisory_units=decision.advisory_units,
        vertical=decision,
        window=short if subject.wishes.policy is Policy.TARGET_TRACKING else long,
    )


def by_count(subject: Subject, memory: Memory, seen: Seen, now: datetime) -> Ruling:
    service, wanted, held = subject.service, subject.wishes.horizontal, memory.held.at(now)
    assert wanted is not None
    last = max(filter(None, (memory.last_horizontal, subject.changed_at)), default=None)
    decision = horizontal.decide(
        horizontal.Facts(
            replicas=service.replicas,
            min_replicas=wanted.min_replicas,
            max_replicas=wanted.max_replicas,
            units=service.size.units,
            is_running=subject.is_running,
            mode=subject.wishes.mode,
            recent=seen.recent,
            calm=seen.calm,
            since_last=None if last is None else now - last,
            operation_in_flight=subject.operation_in_flight,
            floor_replicas=held.floor_replicas,
        )
    )
    change = None
    if subject.out_of_bounds:
        change = Change(by=By.BOUNDS, units=service.size.units)
    elif decision.apply and decision.replicas != service.replicas:
        change = Change(by=By.METRICS, replicas=decision.replicas)
        memory = replace(memory, last_horizontal=now)
    return Ruling(
        memory=memory,
        reason=decision.reason.value,
        units=service.size.units,
        replicas=decision.replicas,
        change=change,
        horizontal=decision,
        window=seen.recent,
    )


def with_crash(memory: Memory, crashed: Crashed | None, now: datetime) -> Memory:
    """The worst of the long window; an older one is forgotten."""
    if memory.crash_at is not None and now - memory.crash_at >= vertical.LONG_WINDOW:
        memory = replace(memory, crash_bytes=0, crash_at=None)
    if crashed is None or now - crashed.at >= vertical.LONG_WINDOW:
        return memory
    if crashed.resident_bytes < memory.crash_bytes:
        return memory
    return replace(memory, crash_bytes=crashed.resident_bytes, crash_at=crashed.at)


def crash_in(
    window: WindowSummary | None, memory: Memory, now: datetime, length: timedelta
) -> WindowSummary | None:
    """The window with the crash that the object remembers, which needs no metrics to be known."""
    if memory.crash_at is None or now - memory.crash_at >= length:
        return window
    known = window or replace(NOTHING, minutes=int(length.total_seconds()) // 60)
    return replace(known, pod_oom_bytes=max(known.pod_oom_bytes, memory.crash_bytes))
