"""What is written into the status of a service and of a warehouse, and read back from it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from control.scaling.idling import Awake
from control.scaling.replica_seen import (
    Operation,
    PodPhase,
    Reason,
    ReplicaSeen,
    Seen,
    State,
    Step,
)
from control.scaling.selection import capacity
from control.warehouses.admission import Verdict
from control.warehouses.idle_memory import IdleMemory, idle_memory_from, idle_status
from control.warehouses.keeper_ensemble import ensemble_rows
from control.warehouses.model import UNIT_GIB, Service, Warehouse, tag_of
from control.warehouses.objects import moment_from, moment_text
from control.warehouses.phases import Phase
from control.warehouses.service_manifests import endpoints
from control.warehouses.storage_profiles import PROFILES

Status = dict[str, Any]
PHASES = frozenset(phase.value for phase in Phase)


@dataclass(frozen=True, kw_only=True)
class Condition:
    type: str
    holds: bool
    reason: str
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Reported:
    """What the last pass wrote into an object's status."""

    status: Mapping[str, Any]
    phase: Phase | None = None
    op: Operation | None = None
    idle: IdleMemory = field(default_factory=IdleMemory)
    since: datetime | None = None
    """When the phase began."""
    last_start: timedelta = timedelta(0)
    """How long the service last took from its call to all of its replicas."""


def reported_from(status: Mapping[str, Any]) -> Reported:
    phase, op = status.get("phase"), status.get("op")
    return Reported(
        status=status,
        phase=Phase(phase) if phase in PHASES else None,
        op=operation_from(op) if op else None,
        idle=idle_memory_from(status),
        since=moment_from(status["since"]) if status.get("since") else None,
        last_start=timedelta(seconds=status.get("lastStartSeconds", 0)),
    )


def operation_from(op: Mapping[str, Any]) -> Operation:
    return Operation(
        id=op["id"],
        target_hash=op["target"]["specHash"],
        target_replicas=op["target"]["replicas"],
        state=State(op["state"]),
        since=moment_from(op["since"]),
        started=moment_from(op["started"]),
        finished=moment_from(op["finished"]) if op.get("finished") else None,
        reason=Reason(op["reason"]),
        message=op.get("message", ""),
        failures=op.get("failures", 0),
        retry_at=moment_from(op["retryAt"]) if op.get("retryAt") else None,
    )


def operation_status(op: Operation, memory_gib: int) -> Status:
    return {
        "id": op.id,
        "state": op.state.value,
        "target": {
            "replicas": op.target_replicas,
            "memoryGib": memory_gib,
            "specHash": op.target_hash,
        },
        "since": moment_text(op.since),
        "started": moment_text(op.started),
        "finished": moment_text(op.finished) if op.finished else None,
        "reason": op.reason.value,
        "message": op.message,
        "failures": op.failures,
        "retryAt": moment_text(op.retry_at) if op.retry_at else None,
    }


def service_status(
    *,
    service: Service,
    image: str,
    seen: Seen,
    pods: Mapping[str, tuple[str, str]],
    phase: Phase,
    op: Operation | None,
    idle: IdleMemory,
    conditions: Sequence[Condition],
    before: Mapping[str, Any],
    now: datetime,
) -> Status:
    """`pods` holds name and address of the replicas' pods by rid."""
    versions = {r.probe.version for r in seen.replicas if r.up and r.probe}
    return {
        "phase": phase.value,
        "observedGeneration": service.generation,
        "wantedReplicas": service.replicas,
        "readyReplicas": capacity(seen),
        "size": str(service.size),
        "memoryGib": service.size.memory_gib,
        "image": image,
        "version": ", ".join(sorted(versions)) or before.get("version"),
        "replicas": [replica_status(r, *pods.get(r.rid, ("", ""))) for r in seen.replicas],
        "op": operation_status(op, service.size.memory_gib) if op else None,
        "endpoints": endpoints(service),
        "idle": idle_status(idle, service.activator_port),
        "lastStartSeconds": last_start_seconds(phase, before, now),
        "since": since(phase, before, now),
        "conditions": merged(conditions, before, service.generation, now),
    }


def last_start_seconds(phase: Phase, before: Mapping[str, Any], now: datetime) -> int | None:
    """Measured when a waking service runs, and kept until the next time."""
    if phase is Phase.RUNNING and before.get("phase") == Phase.WAKING and before.get("since"):
        return int((now - moment_from(before["since"])).total_seconds())
    kept: int | None = before.get("lastStartSeconds")
    return kept


def replica_status(replica: ReplicaSeen, pod: str, address: str) -> Status:
    return {
        "rid": replica.rid,
        "size": f"{replica.units}u ({replica.units} CPU, {replica.units * UNIT_GIB} GiB)",
        "phase": replica_phase(replica),
        "serving": replica.serving,
        "pod": pod,
        "address": address,
        "reason": replica.detail[:1000],
    }


def replica_phase(replica: ReplicaSeen) -> str:
    if replica.removing:
        return "Removing"
    if replica.draining_since is not None:
        return "Draining"
    if replica.stopped:
        return "Stopped" if replica.pod is PodPhase.ABSENT else "Stopping"
    if replica.up:
        return "Serving"
    if replica.pod is PodPhase.READY and replica.probe is not None:
        return "Syncing"
    return str(replica.pod.value)


def service_conditions(
    service: Service, verdict: Verdict, seen: Seen, phase: Phase, step: Step, op: Operation | None
) -> list[Condition]:
    up, wanted = capacity(seen), service.replicas
    serves = phase in (Phase.RUNNING, Phase.SCALING, Phase.QUIESCING) and up > 0
    answers = serves or phase is Phase.IDLE  # whoever comes is held, and gets an answer
    busy = op is not None and op.state not in (State.DONE, State.FAILED, State.ABORT)
    return [
        Condition(
            type="Accepted",
            holds=verdict.accepted,
            reason=verdict.refusal.value if verdict.refusal else "Accepted",
            message=verdict.message,
        ),
        Condition(
            type="Ready",
            holds=answers,
            reason=phase.value if answers else why_not_ready(phase, step),
            message=step.message or told(phase, up, wanted),
        ),
        Condition(
            type="Progressing",
            holds=busy or phase in (Phase.STOPPING, Phase.DELETING, Phase.WAKING),
            reason=(op.reason if op else step.reason).value,
            message=op.message if op else step.message,
        ),
    ]


def told(phase: Phase, up: int, wanted: int) -> str:
    asleep = phase is Phase.IDLE
    return "asleep: the next client wakes it" if asleep else f"{up} of {wanted} replicas serve"


def idle_condition(phase: Phase, awake: Awake | None) -> Condition:
    """Whether it sleeps, and what keeps it awake."""
    asleep = phase is Phase.IDLE
    return Condition(
        type="Asleep",
        holds=asleep,
        reason=phase.value if asleep or awake is None else awake.value,
    )


def why_not_ready(phase: Phase, step: Step) -> str:
    if phase in (Phase.STOPPED, Phase.DELETING, Phase.DEGRADED, Phase.STOPPING):
        return phase.value
    return step.reason.value


def warehouse_status(
    *,
    warehouse: Warehouse,
    phase: str,
    keeper_ready: Collection[int],
    keeper_founded: bool,
    services: int,
    conditions: Sequence[Condition],
    before: Mapping[str, Any],
    now: datetime,
    encryption: Status | None = None,
) -> Status:
    profile = PROFILES[warehouse.profile]
    able = profile.capabilities
    images = warehouse.images
    return {
        "phase": phase,
        "observedGeneration": warehouse.generation,
        "version": tag_of(images.server),
        "image": images.server,
        "storage": {
            "profile": profile.name,
            "sharedBytes": able.shared_bytes,
            "multiWriter": able.multi_writer,
            "needsLivePeer": able.needs_live_peer,
            "production": able.production,
        },
        "keeper": keeper_status(warehouse, keeper_ready, founded=keeper_founded)
        | {"image": images.keeper},
        "encryption": encryption,
        "services": services,
        "credentialsSecret": warehouse.secret_name,
        "since": since(phase, before, now),
        "conditions": merged(conditions, before, warehouse.generation, now),
    }


def keeper_status(warehouse: Warehouse, ready: Collection[int], *, founded: bool) -> Status:
    ensemble = warehouse.ensemble
    counted = len(ensemble.counted)
    able = len(set(ready).intersection(ensemble.counted))
    wanted = warehouse.keeper.replicas
    goal = "" if counted == wanted else f" of {wanted}"
    return {
        "members": wanted,
        "counted": counted,
        "ready": able,
        "founded": founded,
        "summary": f"{able}/{counted}{goal}",
        "ensemble": ensemble_rows(ensemble, ready),
    }


def since(phase: str, before: Mapping[str, Any], now: datetime) -> str:
    if before.get("phase") == phase and before.get("since"):
        return str(before["since"])
    return moment_text(now)


def merged(
    conditions: Sequence[Condition], before: Mapping[str, Any], generation: int, now: datetime
) -> list[Status]:
    """With the time of each condition's last change of status."""
    old = {condition["type"]: condition for condition in before.get("conditions") or ()}
    return [
        condition_status(condition, old.get(condition.type), generation, now)
        for condition in conditions
    ]


def condition_status(
    condition: Condition, old: Mapping[str, Any] | None, generation: int, now: datetime
) -> Status:
    status = "True" if condition.holds else "False"
    same = old is not None and old["status"] == status
    return {
        "type": condition.type,
        "status": status,
        "reason": condition.reason,
        "message": condition.message[:2000],
        "observedGeneration": generation,
        "lastTransitionTime": old["lastTransitionTime"] if old and same else moment_text(now),
    }


def changed(before: Mapping[str, Any], status: Mapping[str, Any]) -> bool:
    """Whether writing would change anything; None stands for a field that is not there.

    What `status` does not name belongs to others and is left as it is.
    """
    named = {name: before.get(name) for name in status}
    return bool(without_nothing(named) != without_nothing(status))


def without_nothing(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: without_nothing(v) for k, v in value.items() if v is not None}
    if isinstance(value, list | tuple):
        return [without_nothing(item) for item in value]
    return value
