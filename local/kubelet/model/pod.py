"""A pod as the kubelet works with it: the API object, typed, with its defaults filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.kubelet.cluster.events import Reference
from local.kubelet.cluster.objects import Json, parse_timestamp, uid_of
from local.kubelet.model.container import Container, ContainerKind, RestartPolicy, read_container

DEFAULT_GRACE_S = 30


@dataclass(frozen=True, kw_only=True)
class Pod:
    uid: str
    namespace: str
    name: str
    node: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    containers: tuple[Container, ...]
    volumes: tuple[Json, ...]
    restart_policy: RestartPolicy
    grace_s: int
    deletion_grace_s: int | None
    service_account: str
    hostname: str
    subdomain: str
    service_links: bool
    active_deadline_s: int | None
    readiness_gates: tuple[str, ...]
    generation: int
    raw: Json = field(repr=False, compare=False)

    @property
    def key(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def is_deleted(self) -> bool:
        return self.deletion_grace_s is not None

    @property
    def status(self) -> Json:
        return dict(self.raw.get("status") or {})

    @property
    def is_finished(self) -> bool:
        return self.status.get("phase") in ("Succeeded", "Failed")

    @property
    def started_at_s(self) -> float | None:
        started = self.status.get("startTime")
        return parse_timestamp(started) if started else None

    def of_kind(self, *kinds: ContainerKind) -> tuple[Container, ...]:
        return tuple(container for container in self.containers if container.kind in kinds)

    def container(self, name: str) -> Container | None:
        return next((one for one in self.containers if one.name == name), None)

    def restart_policy_of(self, container: Container) -> RestartPolicy:
        if container.kind is ContainerKind.SIDECAR:
            return RestartPolicy.ALWAYS
        if container.restart_policy is not None:
            return container.restart_policy
        if container.kind is ContainerKind.INIT and self.restart_policy is RestartPolicy.ALWAYS:
            return RestartPolicy.ON_FAILURE
        return self.restart_policy

    def reference(self, container: Container | None = None) -> Reference:
        field_path = ""
        if container is not None:
            section = "containers" if container.kind is ContainerKind.MAIN else "initContainers"
            field_path = f"spec.{section}{{{container.name}}}"
        return Reference(
            kind="Pod",
            namespace=self.namespace,
            name=self.name,
            uid=self.uid,
            field_path=field_path,
        )


def read_pod(raw: Json) -> Pod:
    metadata, spec = raw["metadata"], raw["spec"]
    grace = spec.get("terminationGracePeriodSeconds")
    return Pod(
        uid=uid_of(raw),
        namespace=metadata["namespace"],
        name=metadata["name"],
        node=spec.get("nodeName") or "",
        labels=metadata.get("labels") or {},
        annotations=metadata.get("annotations") or {},
        containers=tuple(read_containers(spec)),
        volumes=tuple(spec.get("volumes") or ()),
        restart_policy=RestartPolicy(spec.get("restartPolicy") or "Always"),
        grace_s=DEFAULT_GRACE_S if grace is None else int(grace),
        deletion_grace_s=deletion_grace_s(metadata),
        service_account=spec.get("serviceAccountName") or "default",
        hostname=(spec.get("hostname") or metadata["name"])[:63].rstrip("-."),
        subdomain=spec.get("subdomain") or "",
        service_links=spec.get("enableServiceLinks") is not False,
        active_deadline_s=spec.get("activeDeadlineSeconds"),
        readiness_gates=tuple(gate["conditionType"] for gate in spec.get("readinessGates") or ()),
        generation=int(metadata.get("generation") or 0),
        raw=raw,
    )


def read_containers(spec: Mapping[str, Any]) -> Iterator[Container]:
    security = spec.get("securityContext") or {}
    for raw in spec.get("initContainers") or ():
        sidecar = raw.get("restartPolicy") == "Always"
        kind = ContainerKind.SIDECAR if sidecar else ContainerKind.INIT
        yield read_container(raw, kind, security)
    for raw in spec.get("containers") or ():
        yield read_container(raw, ContainerKind.MAIN, security)


def deletion_grace_s(metadata: Mapping[str, Any]) -> int | None:
    if not metadata.get("deletionTimestamp"):
        return None
    return int(metadata.get("deletionGracePeriodSeconds") or 0)
