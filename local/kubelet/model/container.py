"""One container of a pod's spec, with Kubernetes' defaults filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from local.kubelet.cluster.objects import Json
from local.kubelet.model.action import Action, Probe, read_action, read_probe


class ContainerKind(StrEnum):
    INIT = "init"
    SIDECAR = "sidecar"
    MAIN = "main"


class RestartPolicy(StrEnum):
    ALWAYS = "Always"
    ON_FAILURE = "OnFailure"
    NEVER = "Never"

    def restarts(self, exit_code: int) -> bool:
        return self is RestartPolicy.ALWAYS or (self is RestartPolicy.ON_FAILURE and exit_code != 0)


@dataclass(frozen=True, kw_only=True)
class VolumeMount:
    volume: str
    path: str
    read_only: bool
    sub_path: str
    sub_path_expression: str


@dataclass(frozen=True, kw_only=True)
class Container:
    name: str
    kind: ContainerKind
    image: str
    pull_policy: str
    command: tuple[str, ...]
    args: tuple[str, ...]
    working_dir: str
    env: tuple[Json, ...]
    env_from: tuple[Json, ...]
    ports: tuple[Json, ...]
    mounts: tuple[VolumeMount, ...]
    limits: Mapping[str, str]
    requests: Mapping[str, str]
    readiness: Probe | None
    liveness: Probe | None
    startup: Probe | None
    post_start: Action | None
    pre_stop: Action | None
    restart_policy: RestartPolicy | None
    message_path: str
    message_from_logs: bool
    user: int | None
    group: int | None
    read_only_root: bool
    block_devices: bool

    def port_number(self, port: int | str) -> int | None:
        """The number behind a port that is given by number or by name."""
        if isinstance(port, int):
            return port
        if port.isdigit():
            return int(port)
        for candidate in self.ports:
            if candidate.get("name") == port:
                return int(candidate["containerPort"])
        return None


def read_container(raw: Json, kind: ContainerKind, pod_security: Mapping[str, Any]) -> Container:
    security = {**pod_security, **(raw.get("securityContext") or {})}
    lifecycle = raw.get("lifecycle") or {}
    resources = raw.get("resources") or {}
    own_policy = raw.get("restartPolicy")
    return Container(
        name=raw["name"],
        kind=kind,
        image=raw.get("image") or "",
        pull_policy=raw.get("imagePullPolicy") or "IfNotPresent",
        command=tuple(raw.get("command") or ()),
        args=tuple(raw.get("args") or ()),
        working_dir=raw.get("workingDir") or "",
        env=tuple(raw.get("env") or ()),
        env_from=tuple(raw.get("envFrom") or ()),
        ports=tuple(raw.get("ports") or ()),
        mounts=tuple(read_mount(mount) for mount in raw.get("volumeMounts") or ()),
        limits=resources.get("limits") or {},
        requests={**(resources.get("limits") or {}), **(resources.get("requests") or {})},
        readiness=read_probe(raw.get("readinessProbe")),
        liveness=read_probe(raw.get("livenessProbe")),
        startup=read_probe(raw.get("startupProbe")),
        post_start=read_action(lifecycle.get("postStart")),
        pre_stop=read_action(lifecycle.get("preStop")),
        restart_policy=RestartPolicy(own_policy) if own_policy else None,
        message_path=raw.get("terminationMessagePath") or "/dev/termination-log",
        message_from_logs=raw.get("terminationMessagePolicy") == "FallbackToLogsOnError",
        user=security.get("runAsUser"),
        group=security.get("runAsGroup"),
        read_only_root=bool(security.get("readOnlyRootFilesystem")),
        block_devices=bool(raw.get("volumeDevices")),
    )


def read_mount(raw: Json) -> VolumeMount:
    return VolumeMount(
        volume=raw["name"],
        path=raw["mountPath"],
        read_only=bool(raw.get("readOnly")),
        sub_path=raw.get("subPath") or "",
        sub_path_expression=raw.get("subPathExpr") or "",
    )
