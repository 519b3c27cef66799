"""Watches over a running container: its hook after the start, its probes, its end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from local.kubelet.cluster.events import Kind
from local.kubelet.model.action import HttpGet
from local.kubelet.model.pod import Pod
from local.kubelet.pods.container_state import Ended
from local.kubelet.pods.plan import Stage
from local.kubelet.pods.shared import Shared
from local.kubelet.pods.slot import Slot
from local.kubelet.pods.stopping import target_of
from local.kubelet.probes.checks import CheckResult
from local.kubelet.probes.prober import ContainerProbes, ProbeKind, Reports
from local.kubelet.runtime.container_log import ContainerLog
from local.kubelet.runtime.execution import Inside, environment_of
from local.kubelet.runtime.process import KILLED, ContainerProcess, read_status

log = logging.getLogger(__name__)
LONGEST_MESSAGE_BYTES = 4096
MESSAGE_LINES = 80
HOOK_TIMEOUT_S = 3600.0


class Supervisor:
    def __init__(self, shared: Shared, changed: Callable[[], None]) -> None:
        self._shared = shared
        self._changed = changed

    def begin(self, slot: Slot, pod: Pod) -> None:
        """The slot's process has just been started, or found again."""
        if slot.process is None:
            return
        slot.probes = self._probes(slot, pod)
        slot.watch = asyncio.create_task(self._watch(slot, slot.process))
        if slot.is_hooked:
            slot.probes.start()
        else:
            slot.hook = asyncio.create_task(self._run_hook(slot, pod))

    def adopt(self, slot: Slot, pod: Pod) -> None:
        """Take over a container of an earlier kubelet, or note how it has ended since."""
        slot.load()
        process = slot.process
        if slot.stage is not Stage.RUNNING or process is None:
            return
        if not process.is_alive:
            self._note_past_end(slot, process)
            return
        slot.waiting = None
        slot.log = ContainerLog(slot.log_file(slot.attempt), self._shared.settings.rotation)
        slot.log.open()
        slot.inside = Inside(
            process=process,
            isolation=self._shared.isolation,
            working_dir=slot.container.working_dir,
            env=environment_of(process.inner.pid),
        )
        self.begin(slot, pod)
        known = known_status(pod, slot.container.name)
        if slot.probes and known.get("started"):
            slot.probes.resume(is_started=True, is_ready=bool(known.get("ready")))

    def _probes(self, slot: Slot, pod: Pod) -> ContainerProbes:
        container = slot.container

        def unhealthy(kind: ProbeKind, result: CheckResult) -> None:
            if slot.is_running and not slot.stopping:
                text = f"{kind} probe failed: {result.text}"
                self._shared.say(pod, Kind.WARNING, "Unhealthy", text, container)

        return ContainerProbes(
            target_of(slot, self._shared.addresses.of(pod.uid)),
            slot.started_at_s,
            self._shared.checker,
            Reports(changed=self._changed, unhealthy=unhealthy),
        )

    async def _run_hook(self, slot: Slot, pod: Pod) -> None:
        action = slot.container.post_start
        assert action is not None, "only containers with a hook come here"
        target = target_of(slot, self._shared.addresses.of(pod.uid))
        result = await self._shared.checker.check(action, target, HOOK_TIMEOUT_S)
        if not slot.is_running:
            return
        if not result.success and not (isinstance(action, HttpGet) and "statuscode" in result.text):
            text = f"PostStartHook failed: {result.text}"
            self._shared.say(pod, Kind.WARNING, "FailedPostStartHook", text, slot.container)
            if slot.process:
                slot.process.kill()
            return
        slot.is_hooked = True
        slot.save()
        if slot.probes:
            slot.probes.start()
        self._changed()

    async def _watch(self, slot: Slot, process: ContainerProcess) -> None:
        code = await process.exit_code()
        if slot.process is not process:
            return
        self._end(slot, code, time.time())
        self._changed()

    def _end(self, slot: Slot, code: int, finished_at_s: float) -> None:
        reason = "Completed" if code == 0 else "Error"
        if slot.is_out_of_memory:
            reason, code = "OOMKilled", KILLED
        if slot.hook:
            slot.hook.cancel()
        slot.has_ended(
            Ended(
                exit_code=code,
                reason=reason,
                message=termination_message(slot, code),
                started_at_s=slot.started_at_s,
                finished_at_s=finished_at_s,
                container_id=slot.container_id,
            )
        )

    def _note_past_end(self, slot: Slot, process: ContainerProcess) -> None:
        status = read_status(process.status_file)
        code = KILLED if status.exit_code is None else status.exit_code
        try:
            finished_at_s = process.status_file.stat().st_mtime
        except FileNotFoundError:
            finished_at_s = time.time()
        self._end(slot, code, finished_at_s)


def termination_message(slot: Slot, code: int) -> str:
    text = read_message(slot.attempt_folder / "message")
    if not text and code != 0 and slot.container.message_from_logs and slot.log:
        slot.log.pump()
        text = slot.log.last_lines(count=MESSAGE_LINES)
    return text


def read_message(file: Path) -> str:
    try:
        with file.open("rb") as message:
            return message.read(LONGEST_MESSAGE_BYTES).decode(errors="replace")
    except FileNotFoundError:
        return ""


def known_status(pod: Pod, name: str) -> dict[str, object]:
    for section in ("containerStatuses", "initContainerStatuses"):
        for status in pod.status.get(section) or ():
            if status["name"] == name:
                return dict(status)
    return {}
