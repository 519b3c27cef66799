"""Stops the containers of a pod, in order; and those that have to start anew."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from local.kubelet.model.container import ContainerKind
from local.kubelet.model.pod import Pod
from local.kubelet.pods.shared import Shared
from local.kubelet.pods.slot import Slot
from local.kubelet.pods.stopping import Deadline, Stopper


class PodEnding:
    def __init__(self, shared: Shared, slots: Mapping[str, Slot]) -> None:
        self._slots = slots
        self._stopper = Stopper(shared)
        self._deadline: Deadline | None = None

    def shorten(self, grace_s: float) -> None:
        if self._deadline:
            self._deadline.shorten(grace_s)

    async def stop_all(self, pod: Pod, deadline: Deadline) -> None:
        """Sidecars go last, the one that was started first at the very end."""
        self._deadline = deadline
        running = [slot for slot in self._slots.values() if slot.is_running]
        await asyncio.gather(*(self._stop(slot, pod, deadline, running) for slot in running))
        for slot in self._slots.values():
            if slot.end is not None:
                slot.waiting = None

    def restart_where_due(self, pod: Pod) -> None:
        """Begin to stop containers that are unhealthy or whose image has changed."""
        for slot in self._slots.values():
            if not slot.is_running or slot.stopping:
                continue
            name = slot.container.name
            if slot.image and slot.image != slot.container.image:
                slot.must_restart = True
                text = f"Container {name} definition changed, will be restarted"
                self._restart(slot, pod, text, pod.grace_s)
            elif failure := slot.probes.failure if slot.probes else None:
                text = f"Container {name} failed {failure.kind.lower()} probe, will be restarted"
                grace_s = failure.probe.grace_s
                self._restart(slot, pod, text, pod.grace_s if grace_s is None else grace_s)

    def _restart(self, slot: Slot, pod: Pod, message: str, grace_s: float) -> None:
        slot.stopping = asyncio.create_task(
            self._stopper.stop(slot, pod, Deadline(grace_s), message)
        )

    async def _stop(self, slot: Slot, pod: Pod, deadline: Deadline, running: list[Slot]) -> None:
        if slot.stopping and not slot.stopping.done():
            if not await deadline.wait(slot.exited.wait()) and slot.process:
                slot.process.kill()
                await slot.exited.wait()
            return
        turn = self._turn(slot, running)
        await self._stopper.stop(slot, pod, deadline, "", turn)

    def _turn(self, slot: Slot, running: list[Slot]) -> Callable[[], Awaitable[object]] | None:
        if slot.container.kind is not ContainerKind.SIDECAR:
            return None
        order = list(self._slots.values())
        before = [
            other
            for other in running
            if other is not slot
            and (
                other.container.kind is not ContainerKind.SIDECAR
                or order.index(other) > order.index(slot)
            )
        ]
        return lambda: asyncio.gather(*(other.exited.wait() for other in before))
