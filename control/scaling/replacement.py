"""Make-before-break: the one step that leads from the replicas seen to the replicas wanted.

Each rule looks at the world alone, so that a controller which died anywhere goes on, and a new
request in the middle of an old one needs no queue of intermediate targets. Until the first
replica that had clients is condemned, every failure ends with the old capacity.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from control.scaling import breaking, making
from control.scaling.replica_seen import (
    Action,
    Limits,
    Operation,
    Reason,
    Seen,
    State,
    Step,
)

Rule = Callable[[Seen, datetime], Step | None]

RULES: tuple[Rule, ...] = (
    breaking.fence,
    breaking.undrain,
    making.discard,
    making.start_stopped,
    making.readmit,
    making.admit,
    making.send_back,
    making.make,
    making.join,
    making.progress,
    breaking.drain,
    breaking.release,
    breaking.remove,
)


def next_step(seen: Seen, now: datetime) -> Step:
    """The first rule with something to do; else the first with something to wait for."""
    waits: list[Step] = []
    for rule in RULES:
        step = rule(seen, now)
        if step is not None and step.action is not Action.WAIT:
            return step
        if step is not None:
            waits.append(step)
    if not waits:
        return Step(
            action=Action.WAIT,
            reason=Reason.STEADY,
            state=State.DONE,
            look_again=seen.limits.look_again,
        )
    return replace(waits[0], look_again=min(wait.look_again for wait in waits))


def record(seen: Seen, step: Step, now: datetime) -> Operation | None:
    """The memory of the operation after this step; None before the first one."""
    op = seen.op
    if op is None and step.state is State.DONE:
        return None
    if (
        op is None
        or not op.aims_at(seen.wanted)
        or (op.state is State.DONE and step.action is Action.MAKE)
    ):
        op = begun(seen, now)
    if step.action is Action.ABORT:
        return aborted(op, step, seen.limits, now)
    if seen.backing_off(now):
        undoing = step.acts or any(r.removing for r in seen.replicas)
        return moved(op, State.ABORT if undoing else State.FAILED, now)
    op = moved(op, step.state, now)
    if step.state is State.DONE:
        finished = op.finished or now
        return replace(
            op, reason=step.reason, message="", failures=0, retry_at=None, finished=finished
        )
    return replace(op, reason=step.reason, message=step.message, finished=None)


def begun(seen: Seen, now: datetime) -> Operation:
    wanted = seen.wanted
    return Operation(
        id=f"{wanted.spec_hash[:6]}-{wanted.replicas}-{int(now.timestamp()):x}",
        target_hash=wanted.spec_hash,
        target_replicas=wanted.replicas,
        state=State.MAKE,
        since=now,
        started=now,
    )


def moved(op: Operation, state: State, now: datetime) -> Operation:
    return op if op.state is state else replace(op, state=state, since=now)


def aborted(op: Operation, step: Step, limits: Limits, now: datetime) -> Operation:
    failures = op.failures + 1
    return replace(
        moved(op, State.ABORT, now),
        reason=step.reason,
        message=step.message,
        failures=failures,
        retry_at=now + backoff(failures, limits),
        finished=None,
    )


def backoff(failures: int, limits: Limits) -> timedelta:
    doubled: timedelta = limits.first_backoff * 2 ** min(failures - 1, 16)
    return min(doubled, limits.longest_backoff)
