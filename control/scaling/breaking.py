"""The rules that take replicas from their clients, prove that nothing is lost, and remove them."""

from dataclasses import replace
from datetime import datetime, timedelta

from control.scaling.replica_seen import Action, PodPhase, Reason, ReplicaSeen, Seen, State, Step
from control.scaling.selection import capacity, keepers, matching, rids, stale, surplus


def fence(seen: Seen, now: datetime) -> Step | None:
    """Neither a draining nor a condemned replica serves, whatever its pod's label says."""
    leaking = rids(seen.replicas, lambda r: r.serving and not r.staying)
    if not leaking:
        return None
    return Step(action=Action.UNSERVE, reason=Reason.LEAVING, state=State.DRAIN, rids=leaking)


def undrain(seen: Seen, now: datetime) -> Step | None:
    draining = [r for r in seen.replicas if r.draining]
    wanted_again = [r for r in draining if r.spec_hash == seen.wanted.spec_hash]
    missing = seen.wanted.replicas - len(matching(seen))
    if missing > 0 and wanted_again and not seen.backing_off(now):
        return Step(
            action=Action.UNDRAIN,
            reason=Reason.WANTED_AGAIN,
            state=State.ADMIT,
            rids=rids(wanted_again[:missing]),
        )
    lost = seen.wanted.replicas - capacity(seen)
    able = [r for r in draining if seen.synced(r) and not r.soaking_failed]
    if lost > 0 and able:
        return Step(
            action=Action.UNDRAIN,
            reason=Reason.CAPACITY_LOST,
            state=State.ADMIT,
            rids=rids(able[:lost]),
        )
    return None


def drain(seen: Seen, now: datetime) -> Step | None:
    """Old replicas go when every new one is up and has soaked; mere surplus goes at once."""
    old, extra = stale(seen), surplus(seen)
    if not old:
        return drain_step(Reason.SURPLUS, extra) if extra else None
    kept = keepers(seen)
    if len(kept) < seen.wanted.replicas or not all(r.up for r in kept):
        return None
    remaining = max(soak_left(seen, replica, now) for replica in kept)
    if remaining > timedelta(0):
        return Step(
            action=Action.WAIT,
            reason=Reason.SOAKING,
            state=State.ADMIT,
            look_again=remaining,
        )
    return drain_step(Reason.REPLACED, [*old, *extra])


def drain_step(reason: Reason, leaving: list[ReplicaSeen]) -> Step:
    return Step(action=Action.DRAIN, reason=reason, state=State.DRAIN, rids=rids(leaving))


def soak_left(seen: Seen, replica: ReplicaSeen, now: datetime) -> timedelta:
    if replica.served_at is None:
        return seen.limits.soak
    return replica.served_at + seen.limits.soak - now


def release(seen: Seen, now: datetime) -> Step | None:
    """Part drained replicas from their last connections, then from what the others hold."""
    return parting(seen, [r for r in seen.replicas if r.draining], now)


def parting(seen: Seen, draining: list[ReplicaSeen], now: datetime) -> Step | None:
    """What goes is condemned at once; the others are led on together, or waited for."""
    holds = {replica.rid: why_held(seen, replica, now) for replica in draining}
    done = tuple(rid for rid, hold in holds.items() if hold is None)
    if done:
        return Step(
            action=Action.CONDEMN,
            reason=Reason.PARTS_HELD_BY_SURVIVORS,
            state=State.REMOVE,
            rids=done,
        )
    steps = [hold for hold in holds.values() if hold is not None]
    for step in steps:
        if step.acts:
            alike = [other.rids[0] for other in steps if other.action is step.action]
            return replace(step, rids=tuple(alike))
    return steps[0] if steps else None


def why_held(seen: Seen, replica: ReplicaSeen, now: datetime) -> Step | None:
    """What still binds a drained replica; None once nothing is lost with it."""
    if replica.abandoned:
        return None
    if not replica.severed:
        return sever(seen, replica, now)
    if replica.stopped:
        return begin_again(seen, replica)
    if replica.probe is None:
        return held(replica, State.SYNC_OUT, Reason.STARTING, seen.limits.look_soon)
    if replica.probe.backups:
        return held(replica, State.DRAIN, Reason.BACKUP_RUNNING, seen.limits.look_soon)
    if not replica.survivors_hold_all:
        return held(replica, State.SYNC_OUT, Reason.PARTS_NOT_PROVEN, seen.limits.look_soon)
    return carry_logs(replica) if replica.logs_left else None


def carry_logs(replica: ReplicaSeen) -> Step:
    return Step(
        action=Action.CARRY_LOGS,
        reason=Reason.LOGS_LEFT,
        state=State.SYNC_OUT,
        rids=(replica.rid,),
    )


def sever(seen: Seen, replica: ReplicaSeen, now: datetime) -> Step | None:
    """Clients keep their connections, and may insert through them at any moment: what a replica
    holds is known for good only after its server has ended, in order, and begun again."""
    assert replica.draining_since is not None
    soon = seen.limits.look_soon
    drained_for = now - replica.draining_since
    settled_for = drained_for - seen.limits.settle
    if settled_for < timedelta(0):
        return held(replica, State.DRAIN, Reason.QUERIES_RUNNING, -settled_for)
    probe = replica.probe
    if replica.stopped:
        return begin_again(seen, replica)
    if probe is not None and probe.backups:
        return held(replica, State.DRAIN, Reason.BACKUP_RUNNING, soon)
    older = probe is None or (not probe.quiet and probe.oldest_query > settled_for)
    if older and drained_for < seen.limits.drain:
        return held(replica, State.DRAIN, Reason.QUERIES_RUNNING, soon)
    return Step(
        action=Action.STOP,
        reason=Reason.CONNECTIONS_LEFT,
        state=State.DRAIN,
        rids=(replica.rid,),
    )


def begin_again(seen: Seen, replica: ReplicaSeen) -> Step:
    if replica.pod is not PodPhase.ABSENT:
        return held(replica, State.DRAIN, Reason.POD_ENDING, seen.limits.look_soon)
    return Step(
        action=Action.START,
        reason=Reason.CONNECTIONS_CLOSED,
        state=State.SYNC_OUT,
        rids=(replica.rid,),
    )


def held(replica: ReplicaSeen, state: State, reason: Reason, look_again: timedelta) -> Step:
    return Step(
        action=Action.WAIT,
        reason=reason,
        state=state,
        rids=(replica.rid,),
        message=f"replica {replica.rid}: {replica.detail or reason.value}",
        look_again=look_again,
    )


def remove(seen: Seen, now: datetime) -> Step | None:
    condemned = [r for r in seen.replicas if r.removing]
    return next_removal(condemned, seen.limits.look_soon)


def next_removal(condemned: list[ReplicaSeen], look_again: timedelta) -> Step | None:
    """Leave the databases, stop, and delete the objects once the pod has gone."""
    leaving = rids(condemned, can_leave)
    if leaving:
        return removal(Action.LEAVE, Reason.LEAVING, leaving)
    running = rids(condemned, lambda r: r.whole and not r.stopped)
    if running:
        return removal(Action.STOP, Reason.STOPPING, running)
    gone = rids(condemned, lambda r: r.pod is PodPhase.ABSENT)
    if gone:
        return removal(Action.DELETE, Reason.GONE, gone)
    if not condemned:
        return None
    return Step(
        action=Action.WAIT,
        reason=Reason.POD_ENDING,
        state=State.REMOVE,
        rids=rids(condemned),
        look_again=look_again,
    )


def can_leave(replica: ReplicaSeen) -> bool:
    probe = replica.probe
    return (
        replica.whole
        and not replica.stopped
        and replica.pod is PodPhase.READY
        and probe is not None
        and probe.joined
        and not probe.keeper_lost
    )


def removal(action: Action, reason: Reason, leaving: tuple[str, ...]) -> Step:
    return Step(action=action, reason=reason, state=State.REMOVE, rids=leaving)
