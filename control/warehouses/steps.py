"""The steps beside a replica's own machine, and the one way in which replicas are stopped."""

from datetime import timedelta

from control.scaling.replica_seen import Action, PodPhase, Reason, ReplicaSeen, State, Step
from control.scaling.selection import rids


def halt(replicas: tuple[ReplicaSeen, ...], reason: Reason, soon: timedelta) -> Step | None:
    """Take the replicas from their clients, then stop them; queries end with the server."""
    serving = rids(replicas, lambda r: r.serving)
    if serving:
        return act(Action.UNSERVE, reason, serving)
    started = rids(replicas, lambda r: not r.stopped and r.whole)
    if started:
        return act(Action.STOP, reason, started)
    if any(r.pod is not PodPhase.ABSENT for r in replicas):
        return wait(Reason.POD_ENDING, look_again=soon)
    return None


def guard(action: Action, reason: Reason) -> Step:
    return Step(action=action, reason=reason, state=State.DONE)


def act(action: Action, reason: Reason, on: tuple[str, ...] = ()) -> Step:
    return Step(action=action, reason=reason, state=State.REMOVE, rids=on)


def wait(reason: Reason, message: str = "", look_again: timedelta = timedelta(seconds=30)) -> Step:
    return Step(
        action=Action.WAIT,
        reason=reason,
        state=State.DONE,
        message=message,
        look_again=look_again,
    )
