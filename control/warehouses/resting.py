"""Falling asleep, sleeping and being called back: Running, Quiescing, Stopping, Idle.

Waking needs nothing of its own: a service that is no longer asleep starts its replicas.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from control.scaling.idling import Awake
from control.scaling.replica_seen import Action, PodPhase, Reason, ReplicaSeen, Seen, State, Step
from control.scaling.selection import rids
from control.warehouses.idle_memory import IdleMemory
from control.warehouses.phases import Phase, running_phase
from control.warehouses.steps import act, halt, wait

AT_ONCE = timedelta(0)
FOR_GOOD = frozenset({Awake.IDLING_OFF, Awake.PRIMARY_OF_SECONDARIES})
"""Reasons for which a sleeping service wakes without being called."""
PRIMARY_FIRST = timedelta(minutes=5)
"""A secondary waits so long for its primary to wake; then it serves what it has."""


@dataclass(frozen=True, kw_only=True)
class Rest:
    """What there is to know about a service's sleep."""

    memory: IdleMemory = field(default_factory=IdleMemory)
    awake: Awake | None = Awake.IDLING_OFF
    """Why it does not sleep; None where nothing stands against it."""
    called: bool = False
    untouched: bool = False
    """It was woken for a backup, and nobody has queried it since."""
    primary_asleep: bool = False
    waking_for: timedelta = timedelta(0)


def rest_step(seen: Seen, rest: Rest, previous: Phase | None) -> tuple[Step, Phase] | None:
    """None: the service is awake, or has to come awake."""
    if rest.called or rest.awake in FOR_GOOD:
        return None
    if previous is Phase.RUNNING and running_phase(seen, previous) is Phase.RUNNING:
        return quiesce(seen, rest) if rest.awake is None else None
    if previous is Phase.QUIESCING:
        return quiesce(seen, rest)
    return lie_down(seen, rest) if rest.memory.sleep else None


def quiesce(seen: Seen, rest: Rest) -> tuple[Step, Phase] | None:
    """No new merges, and the logs written out: only then is it known that nobody is there."""
    if rest.awake not in (None, Awake.MERGES_RUNNING):
        return None
    loud = rids(seen.replicas, lambda r: not r.quieted)
    if loud:
        return act(Action.QUIESCE, Reason.QUIET, loud), Phase.QUIESCING
    if rest.awake is Awake.MERGES_RUNNING:
        soon = seen.limits.look_soon
        return wait(Reason.QUIESCING, "merges are ending", soon), Phase.QUIESCING
    return wait(Reason.QUIET, look_again=AT_ONCE), Phase.STOPPING


def lie_down(seen: Seen, rest: Rest) -> tuple[Step, Phase] | None:
    """Clients are led to the activator by now; one that came before calls the service back."""
    if rest.awake is not None and all(answers(replica) for replica in seen.replicas):
        return None
    step = halt(seen.replicas, Reason.QUIET, seen.limits.look_soon)
    return (step, Phase.STOPPING) if step else (wait(Reason.IDLE), Phase.IDLE)


def answers(replica: ReplicaSeen) -> bool:
    return not replica.stopped and replica.pod is PodPhase.READY


def resume(seen: Seen, step: Step) -> Step:
    """A replica that was quieted merges again, once there is nothing more urgent."""
    quieted = rids(seen.replicas, lambda r: r.quieted and r.probe is not None)
    if step.acts or not quieted:
        return step
    return Step(action=Action.RESUME, reason=Reason.CALLED_BACK, state=step.state, rids=quieted)


def wait_for_primary(seen: Seen, rest: Rest) -> Step | None:
    """Replicas fetch what they missed from the primary, so it wakes before they do."""
    stopped = rids(seen.replicas, lambda r: r.stopped)
    if not (rest.primary_asleep and stopped) or rest.waking_for >= PRIMARY_FIRST:
        return None
    return Step(
        action=Action.WAIT,
        reason=Reason.PRIMARY_ASLEEP,
        state=State.START,
        message="waiting for the primary of the warehouse to wake",
        look_again=seen.limits.look_soon,
    )
