"""CPU and memory of nodes, pods and containers: /stats/summary and /metrics/resource."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from aiohttp import web

from local.kubelet.cluster.objects import Json, timestamp
from local.kubelet.nodes.keeper import NodeKeeper
from local.kubelet.pods.manager import PodManager
from local.kubelet.pods.worker import PodWorker
from local.kubelet.runtime.usage import Usage, scan, usage

FRESH_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Sample:
    """`cores` is what was used since the sample before."""

    name: str
    started_at_s: float
    usage: Usage
    cores: float


@dataclass(frozen=True, kw_only=True)
class PodSample:
    worker: PodWorker
    containers: tuple[Sample, ...]

    @property
    def memory_bytes(self) -> int:
        return sum(one.usage.memory_bytes for one in self.containers)

    @property
    def cpu_s(self) -> float:
        return sum(one.usage.cpu_s for one in self.containers)

    @property
    def cores(self) -> float:
        return sum(one.cores for one in self.containers)


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


def measure(roots: Iterable[int]) -> dict[int, Usage]:
    processes = scan()
    return {root: usage(root, processes) for root in roots}


def pod_sample(
    worker: PodWorker,
    measured: Mapping[int, Usage],
    before: Mapping[int, tuple[float, float]],
    now_s: float,
) -> PodSample:
    containers = []
    for slot in worker.slots.values():
        pid = slot.process.inner.pid if slot.process else 0
        if pid in measured:
            at_s, cpu_s = before.get(pid, (now_s, measured[pid].cpu_s))
            passed_s = now_s - at_s
            cores = (measured[pid].cpu_s - cpu_s) / passed_s if passed_s > 0 else 0.0
            containers.append(
                Sample(
                    name=slot.container.name,
                    started_at_s=slot.started_at_s,
                    usage=measured[pid],
                    cores=max(0.0, cores),
                )
            )
    return PodSample(worker=worker, containers=tuple(containers))


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


def metric_lines(samples: Iterable[PodSample]) -> Iterator[str]:
    """The names and labels that metrics-server reads."""
    listed = list(samples)
    now_ms = int(time.time() * 1000)
    yield from family("node_cpu_usage_seconds_total", "counter")
    yield f"node_cpu_usage_seconds_total {sum(one.cpu_s for one in listed):.3f} {now_ms}\n"
    yield from family("node_memory_working_set_bytes", "gauge")
    yield f"node_memory_working_set_bytes {sum(one.memory_bytes for one in listed)} {now_ms}\n"
    for scope in ("pod", "container"):
        yield from family(f"{scope}_cpu_usage_seconds_total", "counter")
        for labels, cpu_s, _ in rows(listed, scope):
            yield f"{scope}_cpu_usage_seconds_total{{{labels}}} {cpu_s:.3f} {now_ms}\n"
        yield from family(f"{scope}_memory_working_set_bytes", "gauge")
        for labels, _, memory_bytes in rows(listed, scope):
            yield f"{scope}_memory_working_set_bytes{{{labels}}} {memory_bytes} {now_ms}\n"
    yield from family("container_start_time_seconds", "gauge")
    for pod in listed:
        for one in pod.containers:
            labels = label_text(pod, one.name)
            yield f"container_start_time_seconds{{{labels}}} {one.started_at_s:.3f}\n"
    yield from family("resource_scrape_error", "gauge")
    yield "resource_scrape_error 0\n"


def rows(samples: Iterable[PodSample], scope: str) -> Iterator[tuple[str, float, int]]:
    for pod in samples:
        if scope == "pod":
            yield label_text(pod, None), pod.cpu_s, pod.memory_bytes
        else:
            for one in pod.containers:
                yield label_text(pod, one.name), one.usage.cpu_s, one.usage.memory_bytes


def label_text(sample: PodSample, container: str | None) -> str:
    pod = sample.worker.pod
    own = f'container="{container}",' if container else ""
    return f'{own}namespace="{pod.namespace}",pod="{pod.name}"'


def family(name: str, kind: str) -> Iterator[str]:
    yield f"# TYPE {name} {kind}\n"
