"""Makes ready what all containers of a pod need: address, names, volumes, identity."""

from __future__ import annotations

import time
from pathlib import Path

from local.kubelet.model.pod import Pod
from local.kubelet.pods.cloud_identity import (
    TOKEN_AUDIENCE,
    TOKEN_FILE,
    TOKEN_LIFETIME_S,
    PodCloud,
)
from local.kubelet.pods.container_jail import Ready
from local.kubelet.pods.fields import PodFacts
from local.kubelet.pods.shared import Shared
from local.kubelet.volumes.atomic import FileContent, write_payload
from local.kubelet.volumes.mounter import Volume
from local.kubelet.volumes.payload import TokenWish
from local.kubelet.volumes.tokens import PodTokens

IDENTITY_WISH = TokenWish(audience=TOKEN_AUDIENCE, expires_after_s=TOKEN_LIFETIME_S)


class Preparer:
    """Can be called again at any time: then it brings everything up to date."""

    def __init__(self, shared: Shared, pod: Pod, folder: Path) -> None:
        self._shared = shared
        self._folder = folder
        self._tokens = PodTokens(shared.client, pod)
        self._cloud: PodCloud | None = None

    @property
    def volumes_folder(self) -> Path:
        return self._folder / "volumes"

    @property
    def renew_at_s(self) -> float | None:
        return self._tokens.renew_at_s

    def facts(self, pod: Pod) -> PodFacts:
        return PodFacts(
            pod=pod,
            pod_ip=self._shared.addresses.of(pod.uid),
            host_ip=self._shared.nodes.address_of(pod.node),
            node_allocatable=self._shared.nodes.allocatable_of(pod.node),
        )

    def show_names(self, pod: Pod) -> Path:
        file = self._folder / "names" / "hosts"
        self._shared.names.register(pod, self._shared.addresses.of(pod.uid), file)
        return file

    async def prepare(self, pod: Pod) -> Ready:
        facts = self.facts(pod)
        hosts_file = self.show_names(pod)
        configs = await self._shared.configs.load(pod)
        volumes = await self._shared.mounter.make(self.volumes_folder, facts, configs, self._tokens)
        if self._cloud is None:
            self._cloud = await self._shared.identity.of_pod(pod)
        return Ready(
            facts=facts,
            configs=configs,
            volumes=volumes,
            hosts_file=hosts_file,
            cloud=self._cloud,
            cloud_token=await self._identity_volume() if self._cloud.has_token else None,
        )

    def must_renew(self) -> bool:
        renew_at_s = self._tokens.renew_at_s
        return renew_at_s is not None and time.time() >= renew_at_s

    async def _identity_volume(self) -> Volume:
        folder = self._folder / "identity"
        token = await self._tokens.token(IDENTITY_WISH)
        write_payload(folder, {TOKEN_FILE: FileContent(data=token.encode())})
        return Volume(name="eks-pod-identity-token", path=folder, is_shown_only=True)
