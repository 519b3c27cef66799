"""A process that cannot be mistaken for another one with the same number."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ProcessId:
    """`started_ticks` counts from the boot that `boot` names."""

    pid: int
    started_ticks: int
    boot: str

    @property
    def is_alive(self) -> bool:
        return identify(self.pid) == self

    def send(self, number: int) -> None:
        if self.is_alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)

    async def ended(self) -> None:
        """Wait for the end of the process, which need not be our child."""
        if not self.is_alive:
            return
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        loop = asyncio.get_running_loop()
        gone: asyncio.Future[None] = loop.create_future()
        try:
            loop.add_reader(handle, set_once, gone)
            await gone
        finally:
            loop.remove_reader(handle)
            os.close(handle)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)


def set_once(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def identify(pid: int) -> ProcessId | None:
    """None for a process that has ended, also if nobody has waited for it yet."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] in "ZX":
        return None
    return ProcessId(pid=pid, started_ticks=int(fields[19]), boot=boot_id())


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
