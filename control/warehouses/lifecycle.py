"""The one next step of a service: guard, build, run, stop, delete."""

from dataclasses import dataclass, field
from datetime import datetime

from control.scaling.breaking import next_removal, parting
from control.scaling.replacement import next_step, record
from control.scaling.replica_seen import (
    Action,
    Operation,
    PodPhase,
    Reason,
    ReplicaSeen,
    Seen,
    Step,
)
from control.scaling.selection import rids
from control.warehouses.admission import Verdict
from control.warehouses.model import Desired, Retention, Service, Warehouse
from control.warehouses.phases import Phase, running_phase
from control.warehouses.resting import Rest, rest_step, resume, wait_for_primary
from control.warehouses.steps import act, guard, halt, wait


@dataclass(frozen=True, kw_only=True)
class ServiceSeen:
    service: Service
    warehouse: Warehouse | None
    verdict: Verdict
    stop_verdict: Verdict
    replicas: Seen
    secondaries: tuple[str, ...] = ()
    primary_deleting: bool = False
    objects_differ: bool = False
    coordination_ready: bool = True
    previous: Phase | None = None
    rest: Rest = field(default_factory=Rest)


@dataclass(frozen=True, kw_only=True)
class Decision:
    step: Step
    phase: Phase
    op: Operation | None = None
    asleep: bool | None = None
    """Whether it is asleep or lies down; None where this step says nothing about it."""


def decide(seen: ServiceSeen, now: datetime) -> Decision:
    service = seen.service
    op = seen.replicas.op
    if service.deleting:
        return Decision(step=deletion(seen, now), phase=Phase.DELETING, op=op)
    begun = bool(seen.replicas.replicas)
    if not seen.verdict.accepted and not begun:
        step = wait(Reason.WAREHOUSE_NOT_READY, seen.verdict.message)
        return Decision(step=step, phase=Phase.PENDING, op=op)
    if not service.finalizing:
        step = guard(Action.ADD_FINALIZER, Reason.NOT_GUARDED)
        return Decision(step=step, phase=seen.previous or Phase.PENDING, op=op)
    if seen.objects_differ:
        step = guard(Action.ENSURE_OBJECTS, Reason.OBJECTS_DIFFER)
        return Decision(step=step, phase=seen.previous or Phase.PENDING, op=op)
    if not seen.coordination_ready and not begun:
        step = wait(Reason.KEEPER_NOT_READY, "waiting for a majority of Keeper members")
        return Decision(step=step, phase=Phase.PENDING, op=op)
    if service.desired is Desired.STOPPED and seen.stop_verdict.accepted:
        return stopping(seen)
    return resting(seen) or running(seen, now)


def resting(seen: ServiceSeen) -> Decision | None:
    rested = rest_step(seen.replicas, seen.rest, seen.previous)
    if rested is None:
        return None
    step, phase = rested
    asleep = phase is not Phase.QUIESCING
    return Decision(step=step, phase=phase, op=seen.replicas.op, asleep=asleep)


def running(seen: ServiceSeen, now: datetime) -> Decision:
    waiting = wait_for_primary(seen.replicas, seen.rest)
    step = waiting or resume(seen.replicas, next_step(seen.replicas, now))
    return Decision(
        step=step,
        phase=running_phase(seen.replicas, seen.previous),
        op=seen.replicas.op if waiting else record(seen.replicas, step, now),
        asleep=False,
    )


def stopping(seen: ServiceSeen) -> Decision:
    """Replicas stay registered and keep their volumes; those on their way out go first."""
    op = seen.replicas.op
    step = stop_step(seen)
    phase = Phase.STOPPED if step.reason is Reason.STOPPED else Phase.STOPPING
    return Decision(step=step, phase=phase, op=op, asleep=False)


def stop_step(seen: ServiceSeen) -> Step:
    replicas, soon = seen.replicas.replicas, seen.replicas.limits.look_soon
    unused = rids(replicas, lambda r: r.admitted_at is None and not r.removing)
    if unused:
        return act(Action.CONDEMN, Reason.STOP_WANTED, unused)
    removal = next_removal([r for r in replicas if r.removing], soon)
    if removal is not None:
        return removal
    return halt(replicas, Reason.STOP_WANTED, soon) or wait(Reason.STOPPED)


def deletion(seen: ServiceSeen, now: datetime) -> Step:
    replicas = seen.replicas.replicas
    if not seen.service.finalizing:
        return wait(Reason.ALL_GONE)
    if seen.service.is_primary and seen.secondaries:
        names = ", ".join(seen.secondaries)
        return wait(Reason.SECONDARIES_EXIST, f"delete the secondaries first: {names}")
    if not replicas:
        return act(Action.DROP_FINALIZER, Reason.ALL_GONE)
    if keeps_data(seen):
        soon = seen.replicas.limits.look_soon
        return halt(replicas, Reason.DELETE_WANTED, soon) or act(
            Action.DELETE, Reason.GONE, rids(replicas, lambda r: True)
        )
    return give_up_replicas(seen, now)


def keeps_data(seen: ServiceSeen) -> bool:
    """The last service of a warehouse that retains its data leaves volumes and objects alone."""
    warehouse = seen.warehouse
    return (
        seen.service.is_primary
        and warehouse is not None
        and warehouse.retention is Retention.RETAIN
    )


def give_up_replicas(seen: ServiceSeen, now: datetime) -> Step:
    """Like the break half of a replacement, for all of them; the last copy needs no proof."""
    replicas, soon = seen.replicas.replicas, seen.replicas.limits.look_soon
    condemned = [r for r in replicas if r.removing]
    rest = [r for r in replicas if not r.removing]
    free = rids(rest, lambda r: r.admitted_at is None or not needs_proof(seen))
    serving = rids(replicas, lambda r: r.serving)
    if serving:
        return act(Action.UNSERVE, Reason.DELETE_WANTED, serving)
    if free:
        return act(Action.CONDEMN, Reason.DELETE_WANTED, free)
    undrained = rids(rest, lambda r: not r.draining)
    if undrained:
        return act(Action.DRAIN, Reason.DELETE_WANTED, undrained)
    barred = rids(rest, lambda r: awaits_certificate(seen, r))
    if barred:
        return act(Action.STOP, Reason.DELETE_WANTED, barred)
    removal = next_removal(condemned, soon)
    leading = parting(seen.replicas, rest, now)
    if leading is not None and leading.acts:
        return leading
    return removal or leading or wait(Reason.POD_ENDING, look_again=soon)


def awaits_certificate(seen: ServiceSeen, replica: ReplicaSeen) -> bool:
    """It may wait for ever, and nobody will ask for it: it is started once more without."""
    awaits = replica.pod is PodPhase.STARTING and not replica.stopped
    made_with = replica.spec_hash != seen.replicas.wanted.spec_hash
    return seen.service.tls is not None and awaits and made_with


def needs_proof(seen: ServiceSeen) -> bool:
    """A read-only replica never made a part; a primary goes last and takes the data along."""
    return not (seen.service.read_only or seen.service.is_primary or seen.primary_deleting)
