"""What the workers of all pods share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from local.kubelet.cluster.client import Client
from local.kubelet.cluster.events import Event, Kind, Recorder
from local.kubelet.model.container import Container
from local.kubelet.model.pod import Pod
from local.kubelet.network.names_service import Names
from local.kubelet.pods.addresses import Addresses
from local.kubelet.pods.cloud_identity import CloudIdentity
from local.kubelet.pods.configs import ConfigStore
from local.kubelet.probes.checks import Checker
from local.kubelet.runtime.images import ImageMap
from local.kubelet.runtime.jail import Isolation
from local.kubelet.settings import Settings
from local.kubelet.volumes.mounter import Mounter


class Nodes(Protocol):
    """What a pod may ask about the node it is on."""

    def address_of(self, node: str) -> str: ...

    def allocatable_of(self, node: str) -> Mapping[str, str]: ...


@dataclass(frozen=True, kw_only=True)
class Shared:
    settings: Settings
    client: Client
    recorder: Recorder
    checker: Checker
    images: ImageMap
    isolation: Isolation
    configs: ConfigStore
    mounter: Mounter
    addresses: Addresses
    names: Names
    nodes: Nodes
    identity: CloudIdentity

    def say(
        self,
        pod: Pod,
        kind: Kind,
        reason: str,
        message: str,
        container: Container | None = None,
    ) -> None:
        """Record an event about the pod, or about one container of it."""
        about = pod.reference(container)
        self.recorder.record(
            Event(about=about, kind=kind, reason=reason, message=message, node=pod.node)
        )
