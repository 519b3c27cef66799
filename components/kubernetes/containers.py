"""Containers as every workload of the deployment has them: bounded, unprivileged, read-only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

SECURITY_CONTEXT = {
    "allow_privilege_escalation": False,
    "read_only_root_filesystem": True,
    "run_as_non_root": True,
    "privileged": False,
    "capabilities": {"drop": ["ALL"]},
    "seccomp_profile": {"type": "RuntimeDefault"},
}

# Programs listen on the pod's own address, $(POD_IP), never on 0.0.0.0.
DOWNWARD_FIELDS = {
    "POD_IP": "status.podIP",
    "POD_NAME": "metadata.name",
    "POD_NAMESPACE": "metadata.namespace",
}


@dataclass(frozen=True, kw_only=True)
class Compute:
    """What a container is promised, and the most it may use. Memory is promised in full."""

    cpu: str
    cpu_limit: str
    memory: str

    def spec(self) -> dict[str, Any]:
        return {
            "requests": {"cpu": self.cpu, "memory": self.memory},
            "limits": {"cpu": self.cpu_limit, "memory": self.memory},
        }


@dataclass(frozen=True, kw_only=True)
class Probe:
    path: str
    port: str
    period_seconds: int = 10
    failure_threshold: int = 3

    def spec(self) -> dict[str, Any]:
        return {
            "http_get": {"path": self.path, "port": self.port},
            "period_seconds": self.period_seconds,
            "failure_threshold": self.failure_threshold,
            "timeout_seconds": 5,
        }


@dataclass(frozen=True, kw_only=True)
class Mount:
    volume: str
    path: str
    read_only: bool = True


@dataclass(frozen=True, kw_only=True)
class SecretKey:
    secret: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Container:
    name: str
    image: str
    compute: Compute
    command: tuple[str, ...] = ()
    args: tuple[pulumi.Input[str], ...] = ()
    env: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    secret_env: Mapping[str, SecretKey] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    startup: Probe | None = None
    readiness: Probe | None = None
    liveness: Probe | None = None

    def spec(self) -> dict[str, Any]:
        probes = {
            "startup_probe": self.startup,
            "readiness_probe": self.readiness,
            "liveness_probe": self.liveness,
        }
        return {
            "name": self.name,
            "image": self.image,
            "image_pull_policy": "IfNotPresent",
            **({"command": list(self.command)} if self.command else {}),
            **({"args": list(self.args)} if self.args else {}),
            "env": self._env(),
            **({"ports": self._ports()} if self.ports else {}),
            **({"volume_mounts": self._mounts()} if self.mounts else {}),
            **{name: probe.spec() for name, probe in probes.items() if probe},
            "resources": self.compute.spec(),
            "security_context": SECURITY_CONTEXT,
        }

    def _env(self) -> list[dict[str, Any]]:
        downward = [
            {"name": name, "value_from": {"field_ref": {"field_path": path}}}
            for name, path in DOWNWARD_FIELDS.items()
        ]
        secrets = [
            {"name": name, "value_from": {"secret_key_ref": {"name": key.secret, "key": key.key}}}
            for name, key in self.secret_env.items()
        ]
        plain = [{"name": name, "value": value} for name, value in self.env.items()]
        return downward + secrets + plain

    def _ports(self) -> list[dict[str, Any]]:
        return [
            {"name": name, "container_port": port, "protocol": "TCP"}
            for name, port in self.ports.items()
        ]

    def _mounts(self) -> list[dict[str, Any]]:
        return [
            {"name": mount.volume, "mount_path": mount.path, "read_only": mount.read_only}
            for mount in self.mounts
        ]
