"""What the kubelet is told on its command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network
from pathlib import Path

from local.kubelet.pods.backoff import BackoffLimits
from local.kubelet.runtime.container_log import Rotation


class OnExit(StrEnum):
    STOP = "stop"
    LEAVE = "leave"


class IsolationChoice(StrEnum):
    AUTO = "auto"
    BUBBLEWRAP = "bubblewrap"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    address: str
    port: int


@dataclass(frozen=True, kw_only=True)
class KeyPair:
    certificate: Path
    key: Path


@dataclass(frozen=True, kw_only=True)
class AwsSettings:
    """The emulated AWS: one account, known to the emulator by its number."""

    endpoint: str
    account: str
    regions: tuple[str, ...]
    poll_s: float = 2.0


@dataclass(frozen=True, kw_only=True)
class Settings:
    kubeconfig: Path
    listen: Endpoint
    pod_network: IPv4Network
    root: Path
    images: Path
    nodes: Path | None = None
    node_network: IPv4Network | None = None
    aws: AwsSettings | None = None
    credentials: Endpoint | None = None
    client_authority: Path | None = None
    serving: KeyPair | None = None
    isolation: IsolationChoice = IsolationChoice.AUTO
    on_exit: OnExit = OnExit.STOP
    exit_grace_s: float = 20.0
    backoff: BackoffLimits = field(default_factory=BackoffLimits)
    rotation: Rotation = field(default_factory=Rotation)
    dns_port: int = 10053
    cluster_domain: str = "cluster.local"
    memory_poll_s: float = 1.0
    lease_period_s: float = 5.0
    volume_check_s: float = 10.0

    @property
    def pods_folder(self) -> Path:
        return self.root / "pods"

    @property
    def volumes_folder(self) -> Path:
        return self.root / "volumes"
