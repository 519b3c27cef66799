"""Ends containers whose processes use more memory than their limit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from local.kubelet.model.quantity import whole_bytes
from local.kubelet.pods.slot import Slot
from local.kubelet.runtime.usage import scan, tree, unreclaimable_bytes

log = logging.getLogger(__name__)


async def enforce_memory_limits(slots: Callable[[], Iterable[Slot]], poll_s: float) -> None:
    while True:
        limited = [
            slot for slot in slots() if slot.is_running and slot.container.limits.get("memory")
        ]
        if limited:
            roots = {
                slot.process.inner.pid: (slot, whole_bytes(slot.container.limits["memory"]))
                for slot in limited
                if slot.process
            }
            limits = {pid: limit for pid, (_, limit) in roots.items()}
            for pid in await asyncio.to_thread(find_exceeding, limits):
                end(roots[pid][0], pid)
        await asyncio.sleep(poll_s)


def find_exceeding(limits: dict[int, int]) -> list[int]:
    processes = scan()
    return [
        root
        for root, limit in limits.items()
        if unreclaimable_bytes(tree(root, processes), limit) > limit
    ]


def end(slot: Slot, pid: int) -> None:
    if slot.process is None or slot.process.inner.pid != pid:
        return
    log.warning("container %s is over its memory limit", slot.container.name)
    slot.is_out_of_memory = True
    slot.oom_kills += 1
    slot.process.kill()
