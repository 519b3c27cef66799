"""A service as people see it: read from its object, with `unknown` for what it does not tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from control.cli.output import UNKNOWN

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ReplicaView:
    rid: str
    phase: str
    serving: bool
    size: str
    pod: str
    address: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class EndpointView:
    name: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.name} {self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class ConditionView:
    type: str
    status: str
    reason: str
    message: str


@dataclass(frozen=True, kw_only=True)
class OperationView:
    state: str
    reason: str
    message: str


@dataclass(frozen=True, kw_only=True)
class ServiceView:
    name: str
    namespace: str
    display_name: str
    """What people call it; its name where nobody said."""
    warehouse: str
    role: str
    access: str
    desired: str
    phase: str
    ready_replicas: int | None
    wanted_replicas: int
    size: str
    memory_gib: tuple[int, int]
    """Bounds of scaling."""
    version: str
    generation: int
    observed_generation: int
    created_at: datetime | None
    endpoints: tuple[EndpointView, ...] = ()
    operation: OperationView | None = None
    replicas: tuple[ReplicaView, ...] = ()
    conditions: tuple[ConditionView, ...] = ()

    @property
    def ready(self) -> str:
        known = UNKNOWN if self.ready_replicas is None else str(self.ready_replicas)
        return f"{known}/{self.wanted_replicas}"

    @property
    def current(self) -> bool:
        """The status is about the latest wanted state."""
        return self.observed_generation >= self.generation

    def condition(self, kind: str) -> ConditionView | None:
        return next((each for each in self.conditions if each.type == kind), None)


def service_view(document: Document) -> ServiceView:
    meta, spec = document["metadata"], document["spec"]
    status: Document = document.get("status") or {}
    memory = spec["memory"]
    gib = memory.get("gib", memory["minGib"])
    operation = status.get("op")
    return ServiceView(
        name=meta["name"],
        namespace=meta["namespace"],
        display_name=spec.get("displayName") or meta["name"],
        warehouse=spec["warehouse"],
        role=spec["role"],
        access=spec.get("access", "readWrite"),
        desired=spec.get("desired", "Running"),
        phase="Deleting" if "deletionTimestamp" in meta else status.get("phase", UNKNOWN),
        ready_replicas=status.get("readyReplicas"),
        wanted_replicas=spec["replicas"],
        size=status.get("size") or f"{gib // 4} CPU, {gib} GiB",
        memory_gib=(memory["minGib"], memory["maxGib"]),
        version=status.get("version") or UNKNOWN,
        generation=meta.get("generation", 1),
        observed_generation=status.get("observedGeneration", 0),
        created_at=moment(meta.get("creationTimestamp")),
        endpoints=tuple(endpoint_view(each) for each in status.get("endpoints") or ()),
        operation=operation_view(operation) if operation else None,
        replicas=tuple(replica_view(each) for each in status.get("replicas") or ()),
        conditions=conditions_of(status),
    )


def endpoint_view(document: Document) -> EndpointView:
    return EndpointView(name=document["name"], host=document["host"], port=document["port"])


def operation_view(document: Document) -> OperationView:
    return OperationView(
        state=document.get("state", UNKNOWN),
        reason=document.get("reason", ""),
        message=document.get("message", ""),
    )


def replica_view(document: Document) -> ReplicaView:
    return ReplicaView(
        rid=document["rid"],
        phase=document.get("phase", UNKNOWN),
        serving=document.get("serving", False),
        size=document.get("size", UNKNOWN),
        pod=document.get("pod", ""),
        address=document.get("address", ""),
        reason=document.get("reason", ""),
    )


def conditions_of(status: Document) -> tuple[ConditionView, ...]:
    return tuple(
        ConditionView(
            type=each["type"],
            status=each["status"],
            reason=each.get("reason", ""),
            message=each.get("message", ""),
        )
        for each in status.get("conditions") or ()
    )


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
