"""Runs one pod from its binding to its end: looks, takes steps, reports, waits for a change."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import time
from collections.abc import Mapping

from local.kubelet.cluster.events import Kind
from local.kubelet.cluster.objects import Json
from local.kubelet.errors import ApiError, ApiUnreachableError, MountError
from local.kubelet.model.pod import Pod
from local.kubelet.pods.backoff import Backoff
from local.kubelet.pods.container_jail import Ready
from local.kubelet.pods.ending import PodEnding
from local.kubelet.pods.judging import judge
from local.kubelet.pods.plan import decide
from local.kubelet.pods.preparing import Preparer
from local.kubelet.pods.shared import Shared
from local.kubelet.pods.slot import Slot
from local.kubelet.pods.starting import Starter
from local.kubelet.pods.status import PodView, Verdict, status_of
from local.kubelet.pods.status_sender import StatusSender
from local.kubelet.pods.stopping import Deadline
from local.kubelet.pods.supervision import Supervisor

log = logging.getLogger(__name__)
FAR_S = 3600.0
PULL_NOTE_S = 1.0
API_RETRY_S = 1.0
FAULT_RETRY_S = 5.0
FIRST_MOUNT_RETRY_S = 0.5
LAST_MOUNT_RETRY_S = 10.0
FORCED_GRACE_S = 1.0


class PodWorker:
    def __init__(self, pod: Pod, shared: Shared) -> None:
        self.pod = pod
        self.is_done = False
        self._shared = shared
        self._folder = shared.settings.pods_folder / pod.uid
        self.slots: Mapping[str, Slot] = {
            one.name: Slot(one, self._folder / "containers" / one.name, shared.settings.backoff)
            for one in pod.containers
        }
        self._preparer = Preparer(shared, pod, self._folder)
        self._starter = Starter(shared)
        self._supervisor = Supervisor(shared, self.wake)
        self._ending = PodEnding(shared, self.slots)
        self._sender = StatusSender(shared.client, pod)
        self._status: Json = {}
        self._wake = asyncio.Event()
        self._ready: Ready | None = None
        self._is_stale = True
        self._mount_retry_s = FIRST_MOUNT_RETRY_S
        self._verdict: Verdict | None = None
        self._created_at_s = time.time()
        self._is_forgotten = False
        self._is_over = False
        self._is_ending = False

    @property
    def address(self) -> str | None:
        return self._shared.addresses.find(self.pod.uid)

    @property
    def is_waiting_for_volumes(self) -> bool:
        return self._ready is None

    def wake(self) -> None:
        if self._is_ending:
            self._report()
        self._wake.set()

    def update(self, pod: Pod) -> None:
        """The API object has changed."""
        old, self.pod = self.pod, pod
        for slot in self.slots.values():
            slot.container = pod.container(slot.container.name) or slot.container
        if (old.labels, old.annotations) != (pod.labels, pod.annotations):
            self._is_stale = True
        if pod.deletion_grace_s is not None and pod.deletion_grace_s != old.deletion_grace_s:
            self._ending.shorten(pod.deletion_grace_s)
        self.wake()

    def forget(self) -> None:
        """The API object is gone: so must be the pod."""
        self._is_forgotten = True
        self._ending.shorten(FORCED_GRACE_S)
        self.wake()

    def refresh(self) -> None:
        """Something that the pod refers to has changed."""
        self._is_stale = True
        for slot in self.slots.values():
            if slot.waiting and slot.waiting.reason == "CreateContainerConfigError":
                slot.retry_at_s = 0.0
        self.wake()

    def retry_images(self) -> None:
        """The image map has changed."""
        for slot in self.slots.values():
            if slot.waiting and slot.waiting.reason in ("ErrImagePull", "ImagePullBackOff"):
                slot.retry_at_s = 0.0
        self.wake()

    async def run(self) -> None:
        self._adopt()
        while not self.is_done:
            self._wake.clear()
            try:
                look_again_at_s = await self._step()
            except ApiUnreachableError:
                look_again_at_s = time.time() + API_RETRY_S
            except Exception:
                log.exception("pod %s: a step failed", self.pod.key)
                look_again_at_s = time.time() + FAULT_RETRY_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, look_again_at_s - time.time())):
                    await self._wake.wait()

    async def shut_down(self, grace_s: float) -> None:
        """The kubelet ends and its pods with it. The next one starts them without a delay."""
        await self._ending.stop_all(self.pod, Deadline(min(grace_s, self.pod.grace_s)))
        for slot in self.slots.values():
            slot.backoff = Backoff()
            slot.save()
        self._sender.stop()

    def leave(self) -> None:
        """The kubelet ends and its pods stay."""
        for slot in self.slots.values():
            for task in (slot.watch, slot.hook, slot.stopping):
                if task:
                    task.cancel()
            if slot.probes:
                slot.probes.stop()
            if slot.log:
                slot.log.release()
        self._sender.stop()

    def _adopt(self) -> None:
        if not self._folder.exists():
            return
        for slot in self.slots.values():
            self._supervisor.adopt(slot, self.pod)
        if self.address and not self.pod.is_finished:
            self._preparer.show_names(self.pod)

    async def _step(self) -> float:
        """Take the steps that are due; return when to look again if nothing happens before."""
        pod, now_s = self.pod, time.time()
        if self._is_forgotten:
            await self._end(FORCED_GRACE_S)
            return await self._clean_up()
        if pod.deletion_grace_s is not None:
            await self._end(pod.deletion_grace_s)
            return await self._confirm_deletion()
        if self._is_over:
            return now_s + FAR_S
        self._verdict = self._verdict or await judge(pod, self._preparer.volumes_folder, now_s)
        if self._verdict or pod.is_finished:
            if self._verdict:
                self._say_verdict(self._verdict)
            await self._end(pod.grace_s)
            return now_s + FAR_S
        return await self._run_containers(pod)

    async def _run_containers(self, pod: Pod) -> float:
        self._ending.restart_where_due(pod)
        now_s = time.time()
        plan = decide(pod, {name: slot.seen() for name, slot in self.slots.items()}, now_s)
        if plan.is_over:
            await self._end(pod.grace_s)
            return now_s + FAR_S
        if plan.start or self._is_stale or self._preparer.must_renew():
            try:
                self._ready = await self._prepare(pod)
            except MountError as error:
                return self._mount_failed(error)
        for name in plan.start:
            if self._ready and await self._starter.start(self.slots[name], self._ready):
                self._supervisor.begin(self.slots[name], pod)
                self._wake.set()
            self._report()
        for name in plan.held:
            self._starter.held(self.slots[name], pod)
        self._report()
        return self._next_look(now_s, plan.held)

    async def _prepare(self, pod: Pod) -> Ready:
        self._is_stale = False
        try:
            ready = await self._preparer.prepare(pod)
        except BaseException:
            self._is_stale = True
            raise
        self._mount_retry_s = FIRST_MOUNT_RETRY_S
        return ready

    def _mount_failed(self, error: MountError) -> float:
        self._shared.say(self.pod, Kind.WARNING, "FailedMount", str(error))
        self._report()
        retry_at_s = time.time() + self._mount_retry_s
        self._mount_retry_s = min(self._mount_retry_s * 2, LAST_MOUNT_RETRY_S)
        return retry_at_s

    def _next_look(self, now_s: float, held: Mapping[str, float]) -> float:
        times = [now_s + FAR_S, *held.values()]
        waits = [slot.waiting for slot in self.slots.values()]
        if any(waiting and waiting.reason == "ErrImagePull" for waiting in waits):
            times.append(now_s + PULL_NOTE_S)
        times += [slot.retry_at_s for slot in self.slots.values() if slot.retry_at_s > now_s]
        if self._preparer.renew_at_s:
            times.append(self._preparer.renew_at_s)
        if self.pod.active_deadline_s is not None and self.pod.started_at_s is not None:
            times.append(self.pod.started_at_s + self.pod.active_deadline_s)
        if any("emptyDir" in raw for raw in self.pod.volumes):
            times.append(now_s + self._shared.settings.volume_check_s)
        return min(times)

    def _say_verdict(self, verdict: Verdict) -> None:
        if not self._is_ending:
            kind = Kind.WARNING if verdict.reason == "Evicted" else Kind.NORMAL
            self._shared.say(self.pod, kind, verdict.reason, verdict.message)

    async def _end(self, grace_s: float) -> None:
        """Stop what runs, and report the end."""
        if self._is_over:
            return
        self._is_ending = True
        await self._ending.stop_all(self.pod, Deadline(grace_s))
        self._is_over = True
        self._shared.names.unregister(self.pod.uid)
        has_history = any(slot.attempt >= 0 for slot in self.slots.values())
        if not self._is_forgotten and (has_history or not self.pod.is_finished):
            self._report()
        for folder in (self._preparer.volumes_folder, self._folder / "identity"):
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _confirm_deletion(self) -> float:
        """Everything has stopped: the API object may go. Finalizers of others may still hold it."""
        await self._sender.flush()
        path = f"/api/v1/namespaces/{self.pod.namespace}/pods/{self.pod.name}"
        options = {"gracePeriodSeconds": 0, "preconditions": {"uid": self.pod.uid}}
        try:
            await self._shared.client.delete(path, options)
        except ApiError as error:
            if not (error.is_missing or error.is_conflict):
                raise
        return time.time() + FAR_S

    async def _clean_up(self) -> float:
        self._sender.stop()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
        self._shared.addresses.release(self.pod.uid)
        self.is_done = True
        return 0.0

    def _report(self) -> None:
        if self._is_forgotten:
            return
        facts = self._preparer.facts(self.pod)
        view = PodView(
            pod=self.pod,
            containers=[slot.view() for slot in self.slots.values()],
            pod_ip=facts.pod_ip,
            host_ip=facts.host_ip,
            started_at_s=self._created_at_s,
            is_sandboxed=self._ready is not None and not self._is_over,
            will_not_restart=self._is_ending,
            verdict=self._verdict,
        )
        self._status = status_of(view, merged(self.pod.status, self._status), time.time())
        self._sender.offer(self._status)


def merged(known: Json, reported: Json) -> Json:
    """What the API server knows, overlaid by what was reported last."""
    conditions = {one["type"]: one for one in known.get("conditions") or ()}
    conditions.update({one["type"]: one for one in reported.get("conditions") or ()})
    return {**known, **reported, "conditions": list(conditions.values())}
