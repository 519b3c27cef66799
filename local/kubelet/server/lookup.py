"""Finds the pod and the container that a request names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from local.kubelet.pods.manager import PodManager
from local.kubelet.pods.slot import Slot
from local.kubelet.pods.worker import PodWorker


class Lookup:
    def __init__(self, pods: PodManager) -> None:
        self._pods = pods

    def worker(self, request: web.Request) -> PodWorker:
        namespace, name = request.match_info["namespace"], request.match_info["pod"]
        worker = self._pods.find(namespace, name)
        if worker is None:
            raise web.HTTPNotFound(text=f"pod {namespace}/{name} is not on this kubelet\n")
        return worker

    def slot(self, request: web.Request) -> tuple[PodWorker, Slot]:
        worker = self.worker(request)
        name = request.match_info["container"]
        slot = worker.slots.get(name)
        if slot is None:
            raise web.HTTPNotFound(text=f"container {name} is not in pod {worker.pod.key}\n")
        return worker, slot

    def handler(
        self, serve: Callable[[web.Request, PodWorker, Slot], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def found(request: web.Request) -> web.StreamResponse:
            worker, slot = self.slot(request)
            return await serve(request, worker, slot)

        return found
