"""Figures of nodes, pods and containers as Prometheus reads them: /metrics/resource and
/metrics/cadvisor."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from local.kubelet.server.samples import PodSample, Sample


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


@dataclass(frozen=True, kw_only=True)
class ContainerFamily:
    name: str
    kind: str
    figure: Callable[[Sample], float]


CONTAINER_FAMILIES = (
    ContainerFamily(
        name="container_cpu_usage_seconds_total", kind="counter", figure=lambda s: s.usage.cpu_s
    ),
    ContainerFamily(
        name="container_memory_rss", kind="gauge", figure=lambda s: s.usage.memory_bytes
    ),
    ContainerFamily(
        name="container_memory_working_set_bytes",
        kind="gauge",
        figure=lambda s: s.usage.memory_bytes,
    ),
    ContainerFamily(
        name="container_oom_events_total", kind="counter", figure=lambda s: s.oom_kills
    ),
    ContainerFamily(
        name="container_spec_memory_limit_bytes", kind="gauge", figure=lambda s: s.limit_bytes
    ),
)


def container_lines(samples: Iterable[PodSample]) -> Iterator[str]:
    """The part of cAdvisor's page that holds without control groups: nothing is throttled here."""
    listed = list(samples)
    for one in CONTAINER_FAMILIES:
        yield from family(one.name, one.kind)
        for pod in listed:
            for sample in pod.containers:
                labels = f'{label_text(pod, sample.name)},image="{sample.image}"'
                yield f"{one.name}{{{labels}}} {one.figure(sample):.15g}\n"


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
