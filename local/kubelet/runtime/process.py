"""One run of a container: start it, find it again after a restart of the kubelet, wait, stop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.kubelet.errors import StartError
from local.kubelet.runtime.container_log import ContainerLog
from local.kubelet.runtime.jail import Command, Isolation, Jail
from local.kubelet.runtime.process_id import ProcessId, identify

POLL_S = 0.002
START_TIMEOUT_S = 30.0
KILLED = 128 + signal.SIGKILL


@dataclass(frozen=True, kw_only=True)
class RunStatus:
    """What the process above the container has written so far."""

    child_pid: int | None = None
    exit_code: int | None = None


@dataclass(frozen=True, kw_only=True)
class ContainerProcess:
    """`outer` watches and records the exit code; `inner` is the container's first process."""

    outer: ProcessId
    inner: ProcessId
    status_file: Path

    @property
    def is_alive(self) -> bool:
        return self.outer.is_alive or self.inner.is_alive

    def terminate(self) -> None:
        self.inner.send(signal.SIGTERM)

    def kill(self) -> None:
        """The container's first process takes every other one with it."""
        self.inner.kill()

    async def exit_code(self) -> int:
        """Wait for the end. A run without a recorded code was killed from outside."""
        await self.outer.ended()
        self.inner.kill()
        await self.inner.ended()
        code = read_status(self.status_file).exit_code
        return KILLED if code is None else code


async def start(jail: Jail, isolation: Isolation, log: ContainerLog) -> ContainerProcess:
    """Returns once the container's own program runs."""
    jail.folder.mkdir(parents=True, exist_ok=True)
    outer_pid = spawn(isolation.command(jail), jail, log)
    outer = identify(outer_pid)
    deadline_s = asyncio.get_running_loop().time() + START_TIMEOUT_S
    while outer is not None and outer.is_alive:
        inner = running_program(jail)
        if inner is not None:
            return ContainerProcess(outer=outer, inner=inner, status_file=jail.status_file)
        if asyncio.get_running_loop().time() > deadline_s:
            os.killpg(outer_pid, signal.SIGKILL)
            raise StartError(f"{jail.argv[0]} was not started within {START_TIMEOUT_S:.0f} s")
        await asyncio.sleep(POLL_S)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(outer_pid, 0)
    status = read_status(jail.status_file)
    if status.exit_code is None or status.child_pid is None:
        raise StartError(start_failure(jail, log))
    gone = ProcessId(pid=status.child_pid, started_ticks=0, boot="")
    ended = ProcessId(pid=outer_pid, started_ticks=0, boot="")
    return ContainerProcess(outer=ended, inner=gone, status_file=jail.status_file)


def spawn(command: Command, jail: Jail, log: ContainerLog) -> int:
    """The environment is inherited, because arguments can be read by every user of the machine."""
    status = os.open(jail.status_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    options = os.memfd_create("options", 0)
    output, errors = log.open_writers()
    try:
        os.write(options, command.options)
        os.lseek(options, 0, os.SEEK_SET)
        numbers = {"{status}": str(status), "{options}": str(options)}
        process = subprocess.Popen(
            [numbers.get(word, word) for word in command.argv],
            env=dict(jail.env),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            pass_fds=(status, options),
            start_new_session=True,
        )
    except OSError as error:
        raise StartError(f"{command.argv[0]}: {error.strerror}") from error
    finally:
        for handle in (status, options, output, errors):
            os.close(handle)
    process.returncode = 0  # waited for by its number, so that Popen must not
    return process.pid


def running_program(jail: Jail) -> ProcessId | None:
    """The container's first process, once it has become the program that was asked for."""
    pid = read_status(jail.status_file).child_pid
    if pid is None:
        return None
    try:
        if Path(f"/proc/{pid}/comm").read_text().strip() == "bwrap":
            return None
    except (FileNotFoundError, ProcessLookupError):
        return None
    return identify(pid)


def start_failure(jail: Jail, log: ContainerLog) -> str:
    log.pump()
    said = log.last_lines(count=1)
    if not said or "execvp" in said:
        return f'exec: "{jail.argv[0]}": executable file not found in $PATH'
    return said


def read_status(file: Path) -> RunStatus:
    values: dict[str, int] = {}
    for line in status_lines(file):
        values.update(line)
    return RunStatus(child_pid=values.get("child-pid"), exit_code=values.get("exit-code"))


def status_lines(file: Path) -> Iterator[dict[str, int]]:
    try:
        text = file.read_text()
    except FileNotFoundError:
        return
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            yield json.loads(line)
