"""One decision per state of a service beside its replicas' own machine."""

from dataclasses import replace
from datetime import timedelta

import pytest

from control.scaling.replica_seen import (
    Action,
    PodPhase,
    Probe,
    Reason,
    ReplicaSeen,
    Seen,
    Wanted,
)
from control.warehouses.admission import ACCEPTED, Refusal, Verdict
from control.warehouses.lifecycle import Decision, ServiceSeen, decide
from control.warehouses.model import Access, Desired, Retention
from control.warehouses.phases import Phase
from tests.control.warehouses.samples import LAKE, MAIN, NOW, READER

WANTED = Wanted(replicas=1, spec_hash="a")
REPLICA = ReplicaSeen(
    rid="r1",
    spec_hash="a",
    units=2,
    created_at=NOW - timedelta(hours=1),
    pod=PodPhase.READY,
    scheduled_at=NOW - timedelta(hours=1),
    serving=True,
    served_at=NOW - timedelta(hours=1),
    admitted_at=NOW - timedelta(hours=1),
    probe=Probe(joined=True),
)
RUNNING = ServiceSeen(
    service=READER,
    warehouse=LAKE,
    verdict=ACCEPTED,
    stop_verdict=ACCEPTED,
    replicas=Seen(wanted=WANTED, replicas=(REPLICA,)),
    previous=Phase.RUNNING,
)
NEW = replace(RUNNING, replicas=Seen(wanted=WANTED), previous=None)
STOPPING = replace(RUNNING, service=replace(READER, desired=Desired.STOPPED))
DELETING = replace(RUNNING, service=replace(READER, deleting=True))
WRITER = replace(DELETING, service=replace(READER, access=Access.READ_WRITE, deleting=True))
LAST = replace(DELETING, service=replace(MAIN, deleting=True))
NO = Verdict(refusal=Refusal.NO_PRIMARY, message="no primary yet")


def with_replica(seen: ServiceSeen, **fields: object) -> ServiceSeen:
    one = replace(REPLICA, **fields)
    return replace(seen, replicas=replace(seen.replicas, replicas=(one,)))


CASES = {
    "steady": (RUNNING, Action.WAIT, Reason.STEADY, Phase.RUNNING),
    "refused before it began": (
        replace(NEW, verdict=NO),
        Action.WAIT,
        Reason.WAREHOUSE_NOT_READY,
        Phase.PENDING,
    ),
    "refused after it began": (
        replace(RUNNING, verdict=NO),
        Action.WAIT,
        Reason.STEADY,
        Phase.RUNNING,
    ),
    "unguarded": (
        replace(NEW, service=replace(READER, finalizing=False)),
        Action.ADD_FINALIZER,
        Reason.NOT_GUARDED,
        Phase.PENDING,
    ),
    "objects missing": (
        replace(NEW, objects_differ=True),
        Action.ENSURE_OBJECTS,
        Reason.OBJECTS_DIFFER,
        Phase.PENDING,
    ),
    "Keeper not there": (
        replace(NEW, coordination_ready=False),
        Action.WAIT,
        Reason.KEEPER_NOT_READY,
        Phase.PENDING,
    ),
    "Keeper lost later": (
        replace(RUNNING, coordination_ready=False),
        Action.WAIT,
        Reason.STEADY,
        Phase.RUNNING,
    ),
    "first replicas": (NEW, Action.MAKE, Reason.REPLICAS_MISSING, Phase.CREATING),
    "stopping: clients first": (STOPPING, Action.UNSERVE, Reason.STOP_WANTED, Phase.STOPPING),
    "stopping: then the pod": (
        with_replica(STOPPING, serving=False),
        Action.STOP,
        Reason.STOP_WANTED,
        Phase.STOPPING,
    ),
    "stopping: pod ends": (
        with_replica(STOPPING, serving=False, stopped=True, pod=PodPhase.ENDING),
        Action.WAIT,
        Reason.POD_ENDING,
        Phase.STOPPING,
    ),
    "stopped": (
        with_replica(STOPPING, serving=False, stopped=True, pod=PodPhase.ABSENT, probe=None),
        Action.WAIT,
        Reason.STOPPED,
        Phase.STOPPED,
    ),
    "a refused stop runs on": (
        replace(STOPPING, stop_verdict=NO),
        Action.WAIT,
        Reason.STEADY,
        Phase.RUNNING,
    ),
    "started again": (
        replace(
            with_replica(RUNNING, serving=False, stopped=True, pod=PodPhase.ABSENT, probe=None),
            previous=Phase.STOPPED,
        ),
        Action.START,
        Reason.WAS_STOPPED,
        Phase.WAKING,
    ),
    "down": (
        with_replica(RUNNING, pod=PodPhase.STARTING, probe=None),
        Action.WAIT,
        Reason.STARTING,
        Phase.DEGRADED,
    ),
    "deleted: clients first": (
        DELETING,
        Action.UNSERVE,
        Reason.DELETE_WANTED,
        Phase.DELETING,
    ),
    "deleted reader needs no proof": (
        with_replica(DELETING, serving=False),
        Action.CONDEMN,
        Reason.DELETE_WANTED,
        Phase.DELETING,
    ),
    "deleted writer drains": (
        with_replica(WRITER, serving=False),
        Action.DRAIN,
        Reason.DELETE_WANTED,
        Phase.DELETING,
    ),
    "deleted writer is parted from its connections": (
        with_replica(WRITER, serving=False, draining_since=NOW - timedelta(minutes=1)),
        Action.STOP,
        Reason.CONNECTIONS_LEFT,
        Phase.DELETING,
    ),
    "deleted writer without proof stays": (
        with_replica(
            WRITER,
            serving=False,
            draining_since=NOW - timedelta(minutes=1),
            pod_created_at=NOW,
        ),
        Action.WAIT,
        Reason.PARTS_NOT_PROVEN,
        Phase.DELETING,
    ),
    "deleted writer, data goes anyway": (
        replace(with_replica(WRITER, serving=False), primary_deleting=True),
        Action.CONDEMN,
        Reason.DELETE_WANTED,
        Phase.DELETING,
    ),
    "deleted primary waits for secondaries": (
        replace(LAST, secondaries=("reader",)),
        Action.WAIT,
        Reason.SECONDARIES_EXIST,
        Phase.DELETING,
    ),
    "last service, data retained: no database is dropped": (
        with_replica(LAST, serving=False),
        Action.STOP,
        Reason.DELETE_WANTED,
        Phase.DELETING,
    ),
    "last service, data deleted": (
        replace(
            with_replica(LAST, serving=False, removing_since=NOW),
            warehouse=replace(LAKE, retention=Retention.DELETE),
        ),
        Action.LEAVE,
        Reason.LEAVING,
        Phase.DELETING,
    ),
    "nothing left": (
        replace(DELETING, replicas=Seen(wanted=WANTED)),
        Action.DROP_FINALIZER,
        Reason.ALL_GONE,
        Phase.DELETING,
    ),
}


@pytest.mark.parametrize(("seen", "action", "reason", "phase"), CASES.values(), ids=CASES.keys())
def test_decision(seen: ServiceSeen, action: Action, reason: Reason, phase: Phase) -> None:
    decision = decide(seen, NOW)
    assert (decision.step.action, decision.step.reason, decision.phase) == (
        action,
        reason,
        phase,
    )


def test_growth_is_scaling_and_not_degradation() -> None:
    young = replace(
        REPLICA, rid="r2", admitted_at=None, served_at=None, serving=False, pod=PodPhase.STARTING
    )
    growing = replace(
        RUNNING,
        replicas=Seen(wanted=replace(WANTED, replicas=2), replicas=(REPLICA, young)),
    )
    decision: Decision = decide(growing, NOW)
    assert decision.phase is Phase.SCALING
