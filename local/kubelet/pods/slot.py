"""One container of a pod over all its runs: what it does now, and what outlives the kubelet."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import time
import uuid
from dataclasses import asdict
from pathlib import Path

from local.instance import write_atomically
from local.kubelet.errors import StartError
from local.kubelet.model.container import Container
from local.kubelet.pods.backoff import Backoff, BackoffLimits
from local.kubelet.pods.container_state import (
    ContainerView,
    Ended,
    Running,
    State,
    Waiting,
)
from local.kubelet.pods.plan import Seen, Stage
from local.kubelet.probes.prober import ContainerProbes
from local.kubelet.runtime.container_log import ContainerLog, Rotation
from local.kubelet.runtime.execution import Inside
from local.kubelet.runtime.process import ContainerProcess, read_status
from local.kubelet.runtime.process_id import ProcessId, identify

log = logging.getLogger(__name__)


class Slot:
    """Mutable on purpose: the pod's worker is its only writer."""

    def __init__(self, container: Container, folder: Path, limits: BackoffLimits) -> None:
        self.container = container
        self.folder = folder
        self.limits = limits
        self.stage = Stage.NEW
        self.attempt = -1
        self.container_id = ""
        self.image = ""
        self.started_at_s = 0.0
        self.end: Ended | None = None
        self.last: Ended | None = None
        self.backoff = Backoff()
        self.is_hooked = False
        self.is_out_of_memory = False
        self.oom_kills = 0
        self.must_restart = False
        self.waiting: Waiting | None = Waiting(reason="ContainerCreating")
        self.retry_at_s = 0.0
        self.pull_backoff = Backoff()
        self.process: ContainerProcess | None = None
        self.log: ContainerLog | None = None
        self.inside: Inside | None = None
        self.probes: ContainerProbes | None = None
        self.watch: asyncio.Task[None] | None = None
        self.hook: asyncio.Task[None] | None = None
        self.stopping: asyncio.Task[None] | None = None
        self.exited = asyncio.Event()

    @property
    def is_running(self) -> bool:
        return self.stage is Stage.RUNNING

    @property
    def is_started(self) -> bool:
        return self.is_running and self.is_hooked and bool(self.probes and self.probes.is_started)

    @property
    def attempt_folder(self) -> Path:
        return self.folder / str(self.attempt)

    def require_inside(self) -> Inside:
        if self.inside is None:
            raise StartError(f"container {self.container.name} is not running")
        return self.inside

    def log_file(self, attempt: int) -> Path:
        return self.folder / f"{attempt}.log"

    def seen(self) -> Seen:
        return Seen(
            stage=self.stage,
            exit_code=self.end.exit_code if self.end else 0,
            is_started=self.is_started,
            may_start_at_s=max(self.retry_at_s, self._open_at_s()),
            must_restart=self.must_restart,
        )

    def view(self) -> ContainerView:
        ready = self.is_started and bool(self.probes and self.probes.is_ready)
        is_waiting = self.waiting is not None and not self.is_running
        return ContainerView(
            container=self.container,
            state=self._state(),
            last=self.end if is_waiting and self.end else self.last,
            restart_count=max(0, self.attempt),
            container_id=self.container_id,
            image=self.image,
            is_ready=ready,
            is_started=self.is_started,
        )

    def begin(self, rotation: Rotation) -> ContainerLog:
        """Open a new attempt; only the log of the one before is kept."""
        if self.end is not None:
            self.backoff = self.backoff.tried(self.end.finished_at_s, time.time(), self.limits)
            self.last = self.end
        self.attempt += 1
        self.container_id = f"process://{uuid.uuid4().hex}{uuid.uuid4().hex}"
        self.image = self.container.image
        self.end = None
        self.is_hooked = self.container.post_start is None
        self.stopping = None
        self.is_out_of_memory = False
        self.must_restart = False
        self.exited.clear()
        self._drop_attempts_before(self.attempt - 1)
        self.log = ContainerLog(self.log_file(self.attempt), rotation)
        self.log.open()
        self.save()
        return self.log

    def runs(self, process: ContainerProcess, started_at_s: float) -> None:
        self.process = process
        self.started_at_s = started_at_s
        self.stage = Stage.RUNNING
        self.waiting = None
        self.save()

    def has_ended(self, end: Ended) -> None:
        if self.probes:
            self.probes.stop()
        if self.log:
            self.log.close()
        self.end = end
        self.stage = Stage.EXITED
        self.waiting = None
        self.process = None
        self.inside = None
        self.exited.set()
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, shutil.rmtree, self.attempt_folder, True)
        self.save()

    def _open_at_s(self) -> float:
        if self.end is None or self.must_restart:
            return 0.0
        return self.backoff.open_at_s(self.end.finished_at_s, self.limits)

    def _state(self) -> State:
        if self.is_running:
            return Running(started_at_s=self.started_at_s)
        if self.waiting is not None:
            return self.waiting
        return self.end or Waiting(reason="ContainerCreating")

    def _drop_attempts_before(self, attempt: int) -> None:
        for file in self.folder.glob("*.log*"):
            if int(file.name.split(".")[0]) < attempt:
                file.unlink()

    def save(self) -> None:
        process = self.process
        record = {
            "stage": self.stage,
            "attempt": self.attempt,
            "container_id": self.container_id,
            "image": self.image,
            "started_at_s": self.started_at_s,
            "is_hooked": self.is_hooked,
            "end": asdict(self.end) if self.end else None,
            "last": asdict(self.last) if self.last else None,
            "backoff": asdict(self.backoff),
            "outer": asdict(process.outer) if process else None,
            "inner": asdict(process.inner) if process else None,
        }
        write_atomically(self.folder / "state.json", json.dumps(record), mode=0o600)

    def load(self) -> None:
        """Take up the state that an earlier kubelet left; a process that runs is found again."""
        try:
            record = json.loads((self.folder / "state.json").read_text())
        except (FileNotFoundError, ValueError):
            return
        self.attempt = record["attempt"]
        self.container_id = record["container_id"]
        self.image = record["image"]
        self.started_at_s = record["started_at_s"]
        self.is_hooked = record["is_hooked"]
        self.end = Ended(**record["end"]) if record["end"] else None
        self.last = Ended(**record["last"]) if record["last"] else None
        self.backoff = Backoff(**record["backoff"])
        self.stage = Stage(record["stage"])
        self.waiting = None if self.end else self.waiting
        if record["inner"]:
            self.process = ContainerProcess(
                outer=ProcessId(**record["outer"]),
                inner=ProcessId(**record["inner"]),
                status_file=self.attempt_folder / "exit.json",
            )
        elif self.end is None and self.attempt >= 0:
            end_unrecorded(self.attempt_folder)
            self.stage = Stage.NEW


def end_unrecorded(folder: Path) -> None:
    """The kubelet was killed between starting a process and noting it: end that process."""
    pid = read_status(folder / "exit.json").child_pid
    found = identify(pid) if pid else None
    try:
        if found and str(folder) in Path(f"/proc/{found.pid}/mountinfo").read_text():
            found.kill()
    except OSError:
        return
