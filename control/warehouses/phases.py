"""One word for where a service stands."""

from enum import StrEnum

from control.scaling.replica_seen import Seen
from control.scaling.selection import capacity, matching


class Phase(StrEnum):
    PENDING = "Pending"
    CREATING = "Creating"
    RUNNING = "Running"
    SCALING = "Scaling"
    DEGRADED = "Degraded"
    QUIESCING = "Quiescing"
    IDLE = "Idle"
    WAKING = "Waking"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    DELETING = "Deleting"


NEVER_RAN = (None, Phase.PENDING, Phase.CREATING)
ASLEEP = (Phase.STOPPED, Phase.IDLE, Phase.WAKING, Phase.STOPPING)


def running_phase(seen: Seen, previous: Phase | None) -> Phase:
    """The phase of a service that should run."""
    up, wanted = capacity(seen), seen.wanted.replicas
    same = matching(seen)
    complete = len(same) == wanted == len(seen.replicas)
    if complete and all(replica.up for replica in same):
        return Phase.RUNNING
    if previous in NEVER_RAN:
        return Phase.CREATING
    if previous in ASLEEP and up < wanted:
        return Phase.WAKING
    grown = all(not replica.fresh for replica in same)
    if up == 0 or (complete and grown):
        return Phase.DEGRADED
    return Phase.SCALING
