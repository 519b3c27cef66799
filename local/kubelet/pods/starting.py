"""Starts one container: its image, its environment, its mounts, its process, its probes."""

from __future__ import annotations

import time

from local.kubelet.cluster.events import Kind
from local.kubelet.errors import ConfigurationError, ImageError, StartError
from local.kubelet.model.pod import Pod
from local.kubelet.pods.backoff import duration_text
from local.kubelet.pods.container_jail import Ready, in_attempt, jail_of
from local.kubelet.pods.container_state import Ended, Waiting
from local.kubelet.pods.shared import Shared
from local.kubelet.pods.slot import Slot
from local.kubelet.runtime.execution import Inside
from local.kubelet.runtime.process import start

CONFIG_RETRY_S = 10.0
CANNOT_START = 128


class Starter:
    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    async def start(self, slot: Slot, ready: Ready) -> bool:
        """Returns whether a process runs now; if not, the slot says why."""
        pod, container = ready.facts.pod, slot.container
        try:
            image = self._shared.images.program_for(container)
        except ImageError as error:
            self._pull_failed(slot, pod, str(error))
            return False
        try:
            jail = jail_of(slot, ready, image, self._shared)
        except ConfigurationError as error:
            self._config_failed(slot, pod, str(error))
            return False
        present = f'Container image "{container.image}" already present on machine'
        self._shared.say(pod, Kind.NORMAL, "Pulled", present, container)
        log = slot.begin(self._shared.settings.rotation)
        jail = in_attempt(jail, slot, self._shared.isolation)
        self._shared.say(pod, Kind.NORMAL, "Created", "Container created", container)
        started_at_s = time.time()
        try:
            process = await start(jail, self._shared.isolation, log)
        except StartError as error:
            self._start_failed(slot, pod, str(error), started_at_s)
            return False
        slot.inside = Inside(
            process=process,
            isolation=self._shared.isolation,
            working_dir=jail.working_dir,
            env=jail.env,
        )
        slot.runs(process, started_at_s)
        self._shared.say(pod, Kind.NORMAL, "Started", "Container started", container)
        return True

    def held(self, slot: Slot, pod: Pod) -> None:
        """The container waits for the end of a back-off: say so, once."""
        waiting = slot.waiting
        if waiting and waiting.reason == "ErrImagePull":
            text = f'Back-off pulling image "{slot.container.image}"'
            self._shared.say(pod, Kind.NORMAL, "BackOff", text, slot.container)
            self._shared.say(pod, Kind.WARNING, "Failed", "Error: ImagePullBackOff", slot.container)
            slot.waiting = Waiting(
                reason="ImagePullBackOff", message=f"{text}: ErrImagePull: {waiting.message}"
            )
        elif waiting is None and slot.end is not None:
            delay = duration_text(slot.backoff.delay_s)
            where = f"pod={pod.name}_{pod.namespace}({pod.uid})"
            slot.waiting = Waiting(
                reason="CrashLoopBackOff",
                message=f"back-off {delay} restarting failed "
                f"container={slot.container.name} {where}",
            )
            text = (
                f"Back-off restarting failed container {slot.container.name} in pod "
                f"{pod.name}_{pod.namespace}({pod.uid})"
            )
            self._shared.say(pod, Kind.WARNING, "BackOff", text, slot.container)

    def _pull_failed(self, slot: Slot, pod: Pod, why: str) -> None:
        image = slot.container.image
        for kind, reason, text in (
            (Kind.NORMAL, "Pulling", f'Pulling image "{image}"'),
            (Kind.WARNING, "Failed", f'Failed to pull image "{image}": {why}'),
            (Kind.WARNING, "Failed", "Error: ErrImagePull"),
        ):
            self._shared.say(pod, kind, reason, text, slot.container)
        now_s = time.time()
        limits = self._shared.settings.backoff
        slot.pull_backoff = slot.pull_backoff.tried(now_s, now_s, limits)
        slot.retry_at_s = now_s + slot.pull_backoff.delay_s
        slot.waiting = Waiting(reason="ErrImagePull", message=why)

    def _config_failed(self, slot: Slot, pod: Pod, why: str) -> None:
        self._shared.say(pod, Kind.WARNING, "Failed", f"Error: {why}", slot.container)
        slot.retry_at_s = time.time() + CONFIG_RETRY_S
        slot.waiting = Waiting(reason="CreateContainerConfigError", message=why)

    def _start_failed(self, slot: Slot, pod: Pod, why: str, started_at_s: float) -> None:
        self._shared.say(pod, Kind.WARNING, "Failed", f"Error: {why}", slot.container)
        slot.has_ended(
            Ended(
                exit_code=CANNOT_START,
                reason="StartError",
                message=why,
                started_at_s=started_at_s,
                finished_at_s=time.time(),
                container_id=slot.container_id,
            )
        )
