"""Keeps one worker per pod that is bound to a node of this kubelet."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable, Iterable

from local.kubelet.cluster.objects import Json, uid_of
from local.kubelet.cluster.reflector import Change, Reflector
from local.kubelet.leftovers import recorded_processes
from local.kubelet.model.pod import Pod, read_pod
from local.kubelet.pods.configs import ConfigKind, ConfigRef, references
from local.kubelet.pods.shared import Shared
from local.kubelet.pods.worker import PodWorker

log = logging.getLogger(__name__)
IMAGE_MAP_POLL_S = 1.0


class PodManager:
    def __init__(self, pods: Reflector, owns_node: Callable[[str], bool]) -> None:
        self._pods = pods
        self._owns_node = owns_node
        self._shared: Shared | None = None
        self._workers: dict[str, PodWorker] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def workers(self) -> list[PodWorker]:
        return list(self._workers.values())

    def begin(self, shared: Shared) -> None:
        """The first list of pods is there: take up those of earlier, end what nobody knows of."""
        self._shared = shared
        known = {uid_of(raw) for raw in self._pods.items()}
        self._end_unknown(shared, known)
        self.nodes_changed()

    def nodes_changed(self) -> None:
        for raw in self._pods.items():
            self._take(raw)

    def pod_changed(self, change: Change) -> None:
        old, new = change.old, change.new
        if old is not None and (new is None or uid_of(new) != uid_of(old)):
            self._forget(uid_of(old))
        if new is not None:
            self._take(new)

    def config_changed(self, kind: ConfigKind, change: Change) -> None:
        namespace, _, name = change.key.partition("/")
        reference = ConfigRef(kind=kind, name=name)
        for worker in self.workers:
            if worker.pod.namespace == namespace and reference in references(worker.pod):
                worker.refresh()

    def find(self, namespace: str, name: str) -> PodWorker | None:
        for worker in self._workers.values():
            if (worker.pod.namespace, worker.pod.name) == (namespace, name):
                return worker
        return None

    def on_node(self, node: str) -> list[PodWorker]:
        return [worker for worker in self.workers if worker.pod.node == node]

    def claims_changed(self) -> None:
        """A claim has been bound: pods that wait for their volumes can go on."""
        for worker in self.workers:
            if worker.is_waiting_for_volumes:
                worker.wake()

    async def watch_images(self) -> None:
        assert self._shared is not None, "begin comes first"
        images = self._shared.images
        seen = images.revision
        while True:
            await asyncio.sleep(IMAGE_MAP_POLL_S)
            if images.revision != seen:
                seen = images.revision
                for worker in self.workers:
                    worker.retry_images()

    async def stop(self, grace_s: float) -> None:
        await self._cancel()
        await asyncio.gather(*(worker.shut_down(grace_s) for worker in self.workers))

    async def leave(self) -> None:
        await self._cancel()
        for worker in self.workers:
            worker.leave()

    async def _cancel(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _take(self, raw: Json) -> None:
        if self._shared is None:
            return
        uid = uid_of(raw)
        if worker := self._workers.get(uid):
            worker.update(read_pod(raw))
        elif self._owns_node(raw["spec"].get("nodeName") or ""):
            self._start(read_pod(raw), self._shared)

    def _forget(self, uid: str) -> None:
        if worker := self._workers.get(uid):
            worker.forget()

    def _start(self, pod: Pod, shared: Shared) -> None:
        worker = PodWorker(pod, shared)
        self._workers[pod.uid] = worker
        self._tasks[pod.uid] = asyncio.create_task(self._run(worker))

    async def _run(self, worker: PodWorker) -> None:
        uid = worker.pod.uid
        await worker.run()
        self._workers.pop(uid, None)
        self._tasks.pop(uid, None)

    def _end_unknown(self, shared: Shared, known: Iterable[str]) -> None:
        """Pods that were deleted while no kubelet ran."""
        folder = shared.settings.pods_folder
        if not folder.exists():
            return
        unknown = [entry for entry in folder.iterdir() if entry.name not in known]
        for entry in unknown:
            log.warning("pod %s is not in the cluster any more: ending its processes", entry.name)
            for process in recorded_processes(entry.parent.parent, entry.name):
                process.kill()
            shutil.rmtree(entry, ignore_errors=True)
            shared.addresses.release(entry.name)
