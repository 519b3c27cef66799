"""What containers use at one moment, by pod."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from local.kubelet.model.quantity import whole_bytes
from local.kubelet.pods.worker import PodWorker
from local.kubelet.runtime.usage import Usage, scan, usage


@dataclass(frozen=True, kw_only=True)
class Sample:
    """`cores` is what was used since the sample before."""

    name: str
    image: str
    started_at_s: float
    usage: Usage
    cores: float
    limit_bytes: int  # 0 without a limit
    oom_kills: int


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
                    image=slot.container.image,
                    started_at_s=slot.started_at_s,
                    usage=measured[pid],
                    cores=max(0.0, cores),
                    limit_bytes=whole_bytes(slot.container.limits.get("memory", "0")),
                    oom_kills=slot.oom_kills,
                )
            )
    return PodSample(worker=worker, containers=tuple(containers))
