"""Ends of a pod that its containers have not chosen: out of time, or too large."""

from __future__ import annotations

import asyncio
from pathlib import Path

from local.kubelet.model.pod import Pod
from local.kubelet.model.quantity import whole_bytes
from local.kubelet.pods.status import Verdict
from local.kubelet.volumes.mounter import size_limits, used_bytes


async def judge(pod: Pod, volumes_folder: Path, now_s: float) -> Verdict | None:
    return over_deadline(pod, now_s) or await over_size(pod, volumes_folder)


def over_deadline(pod: Pod, now_s: float) -> Verdict | None:
    limit_s, started_at_s = pod.active_deadline_s, pod.started_at_s
    if limit_s is None or started_at_s is None or now_s - started_at_s < limit_s:
        return None
    return Verdict(
        reason="DeadlineExceeded",
        message="Pod was active on the node longer than the specified deadline",
    )


async def over_size(pod: Pod, volumes_folder: Path) -> Verdict | None:
    for name, limit in size_limits(pod).items():
        used = await asyncio.to_thread(used_bytes, volumes_folder / name)
        if used > whole_bytes(limit):
            text = f'Usage of EmptyDir volume "{name}" exceeds the limit "{limit}". '
            return Verdict(reason="Evicted", message=text)
    return None
