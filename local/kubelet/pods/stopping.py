"""Stops a container as a kubelet does: preStop hook, SIGTERM, rest of the grace period, SIGKILL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from local.kubelet.cluster.events import Kind
from local.kubelet.model.pod import Pod
from local.kubelet.pods.shared import Shared
from local.kubelet.pods.slot import Slot
from local.kubelet.probes.checks import Target

SHORTEST_GRACE_S = 2.0


class Deadline:
    """The end of a grace period, which a later deletion may bring forward."""

    def __init__(self, grace_s: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._at_s = self._loop.time() + grace_s
        self._shortened = asyncio.Event()

    @property
    def left_s(self) -> float:
        return self._at_s - self._loop.time()

    def shorten(self, grace_s: float) -> None:
        at_s = self._loop.time() + grace_s
        if at_s < self._at_s:
            self._at_s = at_s
            self._shortened.set()

    async def wait(self, awaitable: Awaitable[object], least_s: float = 0.0) -> bool:
        """Whether it was done in time; if not, it is cancelled."""
        task = asyncio.ensure_future(awaitable)
        least_until_s = self._loop.time() + least_s
        while not task.done():
            until_s = max(self._at_s, least_until_s)
            left_s = until_s - self._loop.time()
            if left_s <= 0:
                task.cancel()
                return False
            self._shortened.clear()
            shortened = asyncio.ensure_future(self._shortened.wait())
            await asyncio.wait(
                (task, shortened), timeout=left_s, return_when=asyncio.FIRST_COMPLETED
            )
            shortened.cancel()
        return True


class Stopper:
    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    async def stop(
        self,
        slot: Slot,
        pod: Pod,
        deadline: Deadline,
        message: str,
        turn: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        """`turn` waits until the containers that go first are gone."""
        if not slot.is_running or slot.process is None:
            return
        container = slot.container
        text = message or f"Stopping container {container.name}"
        self._shared.say(pod, Kind.NORMAL, "Killing", text, container)
        if container.pre_stop and deadline.left_s > 0:
            await deadline.wait(self._run_hook(slot, pod))
        if turn:
            await deadline.wait(turn())
        if not slot.is_running:
            return
        slot.process.terminate()
        if not await deadline.wait(slot.exited.wait(), SHORTEST_GRACE_S):
            slot.process.kill()
            await slot.exited.wait()

    async def _run_hook(self, slot: Slot, pod: Pod) -> None:
        container = slot.container
        if container.pre_stop is None:
            return
        target = target_of(slot, self._shared.addresses.of(pod.uid))
        result = await self._shared.checker.check(container.pre_stop, target, pod.grace_s or 1)
        if not result.success and not result.text.startswith("HTTP probe failed"):
            self._shared.say(
                pod,
                Kind.WARNING,
                "FailedPreStopHook",
                f"PreStopHook failed: {result.text}",
                container,
            )


def target_of(slot: Slot, pod_ip: str) -> Target:
    return Target(container=slot.container, pod_ip=pod_ip, inside=slot.require_inside)
