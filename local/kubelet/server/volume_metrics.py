"""The fill of claimed volumes: /metrics, as far as a kubelet's own page tells of volumes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from local.kubelet.errors import MountError
from local.kubelet.model.pod import Pod
from local.kubelet.model.quantity import whole_bytes
from local.kubelet.pods.manager import PodManager
from local.kubelet.volumes.claims import Claims
from local.kubelet.volumes.mounter import claim_name, used_bytes

FAMILIES = ("capacity", "used", "available")
REST = 20
"""Volumes hold up to some hundred thousand files. A walk over them is followed by a rest of so many
times its own length, in which what it found is told again."""


@dataclass(frozen=True, kw_only=True)
class ClaimedVolume:
    namespace: str
    claim: str
    folder: Path
    capacity_bytes: int


@dataclass(frozen=True, kw_only=True)
class Fill:
    volume: ClaimedVolume
    used_bytes: int

    def figure(self, family: str) -> int:
        capacity = self.volume.capacity_bytes
        figures = {
            "capacity": capacity,
            "used": self.used_bytes,
            "available": max(0, capacity - self.used_bytes),
        }
        return figures[family]


class VolumeMetrics:
    def __init__(self, pods: PodManager, claims: Claims) -> None:
        self._pods = pods
        self._claims = claims
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="volumes")
        """Of its own: the pods' work must not wait behind a walk."""
        self._measuring: asyncio.Task[list[Fill]] | None = None
        self._known: list[Fill] | None = None
        self._rest_until_s = 0.0

    async def serve(self, request: web.Request) -> web.Response:
        del request
        fills = await self._fills()
        return web.Response(text="".join(metric_lines(fills)), content_type="text/plain")

    async def _fills(self) -> list[Fill]:
        """The last known ones while newer ones are found out; who is the first waits for them."""
        if self._measuring is None and time.monotonic() >= self._rest_until_s:
            self._measuring = asyncio.create_task(self._measure())
        elif self._known is not None:
            return self._known
        assert self._measuring is not None, "nothing known, so a walk is under way"
        return await asyncio.shield(self._measuring)

    async def _measure(self) -> list[Fill]:
        began_s = time.monotonic()
        try:
            volumes = list(self._volumes())
            loop = asyncio.get_running_loop()
            fills = await loop.run_in_executor(self._thread, measured, volumes)
        finally:
            self._measuring = None
        ended_s = time.monotonic()
        self._known, self._rest_until_s = fills, ended_s + REST * (ended_s - began_s)
        return fills

    def _volumes(self) -> Iterator[ClaimedVolume]:
        """Those of running pods; a volume that several pods share is told once."""
        seen = set()
        for worker in self._pods.workers:
            for claim in claims_of(worker.pod):
                key = (worker.pod.namespace, claim)
                if key not in seen and (volume := self._volume(*key)):
                    seen.add(key)
                    yield volume

    def _volume(self, namespace: str, name: str) -> ClaimedVolume | None:
        claim = self._claims.claims.get(f"{namespace}/{name}")
        capacity = ((claim or {}).get("status") or {}).get("capacity") or {}
        try:
            folder = self._claims.folder_of(namespace, name)
        except MountError:
            return None
        return ClaimedVolume(
            namespace=namespace,
            claim=name,
            folder=folder,
            capacity_bytes=whole_bytes(capacity.get("storage", "0")),
        )


def claims_of(pod: Pod) -> Iterator[str]:
    for raw in pod.volumes:
        if name := claim_name(pod, raw):
            yield name


def measured(volumes: Iterable[ClaimedVolume]) -> list[Fill]:
    return [Fill(volume=volume, used_bytes=used_bytes(volume.folder)) for volume in volumes]


def metric_lines(fills: Iterable[Fill]) -> Iterator[str]:
    listed = list(fills)
    for family in FAMILIES:
        name = f"kubelet_volume_stats_{family}_bytes"
        yield f"# TYPE {name} gauge\n"
        for fill in listed:
            volume = fill.volume
            labels = f'namespace="{volume.namespace}",persistentvolumeclaim="{volume.claim}"'
            yield f"{name}{{{labels}}} {fill.figure(family)}\n"
