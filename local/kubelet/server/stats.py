"""CPU and memory of nodes, pods and containers: the kubelet's pages that tell of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from aiohttp import web

from local.kubelet.cluster.objects import Json, timestamp
from local.kubelet.nodes.keeper import NodeKeeper
from local.kubelet.pods.manager import PodManager
from local.kubelet.server.metric_text import container_lines, metric_lines
from local.kubelet.server.samples import PodSample, measure, pod_sample

FRESH_S = 1.0


class Stats:
    def __init__(self, pods: PodManager, nodes: NodeKeeper) -> None:
        self._pods = pods
        self._nodes = nodes
        self._lock = asyncio.Lock()
        self._at_s = 0.0
        self._before: dict[int, tuple[float, float]] = {}
        self._samples: tuple[PodSample, ...] = ()

    async def pods(self) -> tuple[PodSample, ...]:
        async with self._lock:
            if time.monotonic() - self._at_s > FRESH_S:
                await self._take()
        return self._samples

    async def serve_summary(self, request: web.Request) -> web.Response:
        node, samples = self._seen_by(request, await self.pods())
        now = timestamp(time.time())
        return web.json_response(
            {
                "node": node_summary(node, samples, now),
                "pods": [summary(one, now) for one in samples],
            }
        )

    async def serve_resource_metrics(self, request: web.Request) -> web.Response:
        _, samples = self._seen_by(request, await self.pods())
        return web.Response(text="".join(metric_lines(samples)), content_type="text/plain")

    async def serve_containers(self, request: web.Request) -> web.Response:
        _, samples = self._seen_by(request, await self.pods())
        text = "".join(container_lines(samples))
        return web.Response(text=text, content_type="text/plain")

    def _seen_by(
        self, request: web.Request, samples: Iterable[PodSample]
    ) -> tuple[str, list[PodSample]]:
        """Nodes with an address of their own answer for themselves only."""
        asked = request.transport.get_extra_info("sockname")[0] if request.transport else ""
        own = [name for name in self._nodes.names if self._nodes.address_of(name) == asked]
        shown = [one for one in samples if not own or one.worker.pod.node in own]
        return own[0] if len(own) == 1 else "", shown

    async def _take(self) -> None:
        workers = self._pods.workers
        roots = [
            slot.process.inner.pid
            for worker in workers
            for slot in worker.slots.values()
            if slot.is_running and slot.process
        ]
        measured = await asyncio.to_thread(measure, roots)
        now_s = time.monotonic()
        before = self._before
        self._before = {pid: (now_s, one.cpu_s) for pid, one in measured.items()}
        self._samples = tuple(pod_sample(worker, measured, before, now_s) for worker in workers)
        self._at_s = now_s


def summary(sample: PodSample, now: str) -> Json:
    pod = sample.worker.pod
    return {
        "podRef": {"name": pod.name, "namespace": pod.namespace, "uid": pod.uid},
        "startTime": pod.status.get("startTime"),
        "containers": [
            {
                "name": one.name,
                "startTime": timestamp(one.started_at_s),
                "cpu": cpu_json(one.cores, one.usage.cpu_s, now),
                "memory": memory_json(one.usage.memory_bytes, now),
            }
            for one in sample.containers
        ],
        "cpu": cpu_json(sample.cores, sample.cpu_s, now),
        "memory": memory_json(sample.memory_bytes, now),
        "process_stats": {"process_count": sum(one.usage.processes for one in sample.containers)},
    }


def node_summary(node: str, samples: Iterable[PodSample], now: str) -> Json:
    listed = list(samples)
    cores, cpu_s = sum(one.cores for one in listed), sum(one.cpu_s for one in listed)
    return {
        "nodeName": node,
        "cpu": cpu_json(cores, cpu_s, now),
        "memory": memory_json(sum(one.memory_bytes for one in listed), now),
    }


def cpu_json(cores: float, cpu_s: float, now: str) -> Json:
    return {
        "time": now,
        "usageNanoCores": int(cores * 1e9),
        "usageCoreNanoSeconds": int(cpu_s * 1e9),
    }


def memory_json(memory_bytes: int, now: str) -> Json:
    return {
        "time": now,
        "usageBytes": memory_bytes,
        "workingSetBytes": memory_bytes,
        "rssBytes": memory_bytes,
    }
