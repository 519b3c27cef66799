"""What runs here, for `byoc local status`."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from local.kubelet.cluster.objects import Json
from local.kubelet.network.service_proxy import ServiceProxy
from local.kubelet.nodes.keeper import NodeKeeper
from local.kubelet.pods.slot import Slot
from local.kubelet.runtime.jail import Isolation
from local.kubelet.server.samples import PodSample
from local.kubelet.server.stats import Stats


class Reporter:
    def __init__(
        self, stats: Stats, nodes: NodeKeeper, proxy: ServiceProxy, isolation: Isolation
    ) -> None:
        self._stats = stats
        self._nodes = nodes
        self._proxy = proxy
        self._isolation = isolation

    async def serve(self, request: web.Request) -> web.Response:
        del request
        samples = await self._stats.pods()
        return web.json_response(
            {
                "isolation": self._isolation.name,
                "mounts_are_isolated": self._isolation.places_mounts,
                "nodes": [self._node(name, samples) for name in self._nodes.names],
                "pods": [pod_json(sample) for sample in samples],
                "services": {
                    "listening": len(self._proxy.listening),
                    "connections": self._proxy.connections,
                    "not_listening": [
                        {"address": place.ip, "port": place.port, "why": why}
                        for place, why in self._proxy.refused_by_system.items()
                    ],
                },
            }
        )

    def _node(self, name: str, samples: Iterable[PodSample]) -> Json:
        mine = [sample for sample in samples if sample.worker.pod.node == name]
        return {
            "name": name,
            "address": self._nodes.address_of(name),
            "allocatable": dict(self._nodes.allocatable_of(name)),
            "pods": len(mine),
            "memory_bytes": sum(sample.memory_bytes for sample in mine),
        }


def pod_json(sample: PodSample) -> Json:
    worker = sample.worker
    conditions = {one["type"]: one["status"] for one in worker.pod.status.get("conditions") or ()}
    used = {one.name: one.usage.memory_bytes for one in sample.containers}
    return {
        "namespace": worker.pod.namespace,
        "name": worker.pod.name,
        "node": worker.pod.node,
        "ip": worker.address,
        "phase": worker.pod.status.get("phase"),
        "ready": conditions.get("Ready") == "True",
        "memory_bytes": sample.memory_bytes,
        "containers": [
            container_json(slot, used.get(slot.container.name, 0)) for slot in worker.slots.values()
        ],
    }


def container_json(slot: Slot, memory_bytes: int) -> Json:
    return {
        "name": slot.container.name,
        "image": slot.container.image,
        "pid": slot.process.inner.pid if slot.process else None,
        "restarts": max(0, slot.attempt),
        "memory_bytes": memory_bytes,
        "waiting": slot.waiting.reason if slot.waiting else None,
        "log": str(slot.log_file(slot.attempt)) if slot.attempt >= 0 else None,
    }
