"""The rules that make replicas and lead them to their first clients."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from control.scaling.replica_seen import (
    Action,
    PodPhase,
    Reason,
    ReplicaSeen,
    Seen,
    State,
    Step,
    Trouble,
)
from control.scaling.selection import keepers, matching, rids, stale, surplus


def discard(seen: Seen, now: datetime) -> Step | None:
    """Replicas that never had a client and are not wanted go at once: they hold nothing."""
    unwanted = rids([*stale(seen), *surplus(seen)], lambda r: r.admitted_at is None)
    if unwanted:
        return Step(
            action=Action.CONDEMN,
            reason=Reason.NO_LONGER_WANTED,
            state=State.REMOVE,
            rids=unwanted,
        )
    if not seen.backing_off(now):
        return None
    failed = rids(matching(seen), lambda r: r.admitted_at is None)
    if failed:
        return Step(
            action=Action.CONDEMN, reason=Reason.BACKING_OFF, state=State.ABORT, rids=failed
        )
    unsound = rids(matching(seen), lambda r: r.soaking_failed)
    if unsound:
        return Step(action=Action.DRAIN, reason=Reason.SOAK_FAILED, state=State.ABORT, rids=unsound)
    return None


def start_stopped(seen: Seen, now: datetime) -> Step | None:
    stopped = rids(seen.replicas, lambda r: r.staying and r.stopped)
    if not stopped:
        return None
    return Step(action=Action.START, reason=Reason.WAS_STOPPED, state=State.START, rids=stopped)


def readmit(seen: Seen, now: datetime) -> Step | None:
    """A pod that was replaced under an admitted replica serves again once it is synced."""
    back = rids(
        seen.replicas,
        lambda r: r.staying and not r.serving and not r.fresh and seen.synced(r),
    )
    if not back:
        return None
    return Step(action=Action.SERVE, reason=Reason.READMITTED, state=State.ADMIT, rids=back)


def admit(seen: Seen, now: datetime) -> Step | None:
    """All made replicas together while older ones serve, else each as soon as it can."""
    fresh = [r for r in keepers(seen) if r.fresh and not r.serving]
    able = rids(fresh, seen.synced)
    if not able:
        return None
    if stale(seen) and (len(able) < len(fresh) or len(keepers(seen)) < seen.wanted.replicas):
        return None
    return Step(action=Action.SERVE, reason=Reason.SYNCED, state=State.ADMIT, rids=able)


def send_back(seen: Seen, now: datetime) -> Step | None:
    """A made replica that fails while the old ones still serve starts over."""
    if not stale(seen):
        return None
    failing = rids(
        keepers(seen), lambda r: r.admitted_at and r.served_at and not r.up and not r.stopped
    )
    if not failing:
        return None
    return Step(action=Action.SEND_BACK, reason=Reason.SOAK_FAILED, state=State.START, rids=failing)


def make(seen: Seen, now: datetime) -> Step | None:
    missing = seen.wanted.replicas - len(matching(seen))
    if missing <= 0:
        return None
    if seen.backing_off(now):
        return waiting_for_retry(seen, now)
    cap = seen.limits.cap_factor * seen.wanted.replicas
    room = cap - len(seen.replicas)
    if room > 0:
        return Step(
            action=Action.MAKE,
            reason=Reason.REPLICAS_MISSING,
            state=State.MAKE,
            count=min(missing, room),
        )
    return make_room(seen, cap)


def make_room(seen: Seen, cap: int) -> Step:
    """At the cap old replicas beyond the wanted number go first: as many as wanted still serve."""
    beyond = rids(stale(seen)[seen.wanted.replicas :], lambda r: r.admitted_at)
    if beyond:
        return Step(
            action=Action.DRAIN,
            reason=Reason.TOO_MANY_REPLICAS,
            state=State.QUEUED,
            rids=beyond,
        )
    return Step(
        action=Action.WAIT,
        reason=Reason.TOO_MANY_REPLICAS,
        state=State.QUEUED,
        message=f"{len(seen.replicas)} replicas exist and {cap} may: waiting for some to go",
        look_again=seen.limits.look_again,
    )


def waiting_for_retry(seen: Seen, now: datetime) -> Step:
    op = seen.op
    assert op is not None and op.retry_at is not None
    return Step(
        action=Action.WAIT,
        reason=op.reason,
        state=State.FAILED,
        message=op.message,
        look_again=op.retry_at - now,
    )


def join(seen: Seen, now: datetime) -> Step | None:
    """A replica that answers gets the databases that it lacks, be it new or long asleep."""
    joining = rids(seen.replicas, lambda r: r.staying and lacks_databases(r))
    if not joining:
        return None
    return Step(action=Action.JOIN, reason=Reason.NOT_JOINED, state=State.SYNC, rids=joining)


def lacks_databases(replica: ReplicaSeen) -> bool:
    probe = replica.probe
    if replica.pod is not PodPhase.READY or probe is None or probe.keeper_lost:
        return False
    return not probe.joined or bool(probe.lacks)


def progress(seen: Seen, now: datetime) -> Step | None:
    """Lead the made replicas on; give up on them where there is something to return to."""
    on_the_way = [r for r in keepers(seen) if not r.up]
    made = [r for r in on_the_way if r.fresh]
    for replica in made:
        failure = why_failed(seen, replica, now)
        if failure is not None and has_fallback(seen, made):
            return Step(
                action=Action.ABORT,
                reason=failure,
                state=State.ABORT,
                message=f"replica {replica.rid}: {replica.detail or failure.value}",
            )
    ready = [r for r in made if r.pod is PodPhase.READY and r.probe is not None]
    gained = rids(ready, lambda r: lags(seen, r) and gains(r))
    if gained:
        return Step(
            action=Action.NOTE_BACKLOG, reason=Reason.SYNCING, state=State.SYNC, rids=gained
        )
    return least_advanced(seen, on_the_way)


def lags(seen: Seen, replica: ReplicaSeen) -> bool:
    keeper_lost = replica.probe is not None and replica.probe.keeper_lost
    return not keeper_lost and not seen.synced(replica)


def gains(replica: ReplicaSeen) -> bool:
    return replica.backlog_best is None or replica.backlog < replica.backlog_best


def has_fallback(seen: Seen, made: Iterable[ReplicaSeen]) -> bool:
    given_up = {replica.rid for replica in made}
    return any(r.admitted_at and not r.removing and r.rid not in given_up for r in seen.replicas)


def why_failed(seen: Seen, replica: ReplicaSeen, now: datetime) -> Reason | None:
    limits = seen.limits
    if replica.soak_failures >= limits.soak_tries:
        return Reason.SOAK_FAILED
    if replica.trouble is not None:
        return TROUBLES[replica.trouble]
    if replica.pod in (PodPhase.ABSENT, PodPhase.PENDING):
        patience = limits.schedule_with_scale_up if replica.scale_up_reported else limits.schedule
        return Reason.NO_CAPACITY if now - since(replica) > patience else None
    if replica.pod is PodPhase.STARTING or replica.probe is None:
        return Reason.NOT_READY if now - since(replica) > limits.start else None
    if replica.probe.keeper_lost or seen.synced(replica):
        return None
    if now - since(replica) > limits.sync_longest:
        return Reason.SYNC_STUCK
    flat_since = replica.backlog_best_at
    if flat_since is not None and not gains(replica) and now - flat_since > limits.sync_flat:
        return Reason.SYNC_STUCK
    return None


TROUBLES = {
    Trouble.IMAGE_PULL: Reason.IMAGE_PULL,
    Trouble.CRASHING: Reason.CRASHING,
    Trouble.TOO_SMALL: Reason.TOO_SMALL,
    Trouble.TDE_KEY_UNAVAILABLE: Reason.TDE_KEY_UNAVAILABLE,
}


def since(replica: ReplicaSeen) -> datetime:
    """When the present stage of a replica began, as far as Kubernetes remembers."""
    begun = replica.created_at
    if replica.scheduled_at is not None and replica.pod is not PodPhase.PENDING:
        begun = max(begun, replica.scheduled_at)
    return max(begun, replica.sent_back_at) if replica.sent_back_at else begun


def least_advanced(seen: Seen, on_the_way: Iterable[ReplicaSeen]) -> Step | None:
    waits = [wait for wait in (stage(seen, replica) for replica in on_the_way) if wait]
    order = [State.SCHEDULE, State.START, State.SYNC]
    return min(waits, key=lambda step: order.index(step.state), default=None)


def stage(seen: Seen, replica: ReplicaSeen) -> Step | None:
    soon = seen.limits.look_soon
    if replica.pod in (PodPhase.ABSENT, PodPhase.PENDING):
        return wait_for(replica, State.SCHEDULE, Reason.WAITING_FOR_NODE, seen.limits.look_again)
    if replica.trouble is not None:
        reason = TROUBLES[replica.trouble]
        return wait_for(replica, State.START, reason, seen.limits.look_again)
    if replica.pod is not PodPhase.READY or replica.probe is None:
        return wait_for(replica, State.START, Reason.STARTING, soon)
    if replica.probe.keeper_lost:
        return wait_for(replica, State.SYNC, Reason.KEEPER_LOST, soon)
    if not seen.synced(replica):
        return wait_for(replica, State.SYNC, Reason.SYNCING, soon)
    return None


def wait_for(replica: ReplicaSeen, state: State, reason: Reason, look_again: timedelta) -> Step:
    return Step(
        action=Action.WAIT,
        reason=reason,
        state=state,
        rids=(replica.rid,),
        message=f"replica {replica.rid}: {replica.detail or reason.value}",
        look_again=look_again,
    )
