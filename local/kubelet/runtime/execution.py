"""Commands run inside a running container, for probes, hooks and `kubectl exec`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.kubelet.runtime.jail import Isolation
from local.kubelet.runtime.process import ContainerProcess

LARGEST_OUTPUT_BYTES = 10 * 1024
GRACE_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Inside:
    """Where to run: the container's first process, its folder and its environment."""

    process: ContainerProcess
    isolation: Isolation
    working_dir: str
    env: Mapping[str, str] = field(repr=False)

    def argv(self, command: tuple[str, ...]) -> tuple[str, ...]:
        return self.isolation.entering(self.process.inner.pid, self.working_dir, command)


@dataclass(frozen=True, kw_only=True)
class Finished:
    exit_code: int
    output: str


class CommandTimeoutError(Exception):
    """The command was still running when its time was up."""


async def run(inside: Inside, command: tuple[str, ...], timeout_s: float) -> Finished:
    """Output is stdout and stderr together, cut at 10 KiB as a kubelet does."""
    try:
        process = await asyncio.create_subprocess_exec(
            *inside.argv(command),
            env=dict(inside.env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return Finished(exit_code=126, output=f"{command[0]}: {error.strerror}")
    assert process.stdout is not None
    try:
        async with asyncio.timeout(timeout_s):
            output = await read_some(process.stdout)
            code = await process.wait()
    except TimeoutError as error:
        raise CommandTimeoutError(f"command timed out: {' '.join(command)}") from error
    finally:
        if process.returncode is None:
            await end_group(process)
    return Finished(
        exit_code=code if code >= 0 else 128 - code, output=output.decode(errors="replace")
    )


async def read_some(stream: asyncio.StreamReader) -> bytes:
    kept = b""
    while chunk := await stream.read(4096):
        kept = (kept + chunk)[:LARGEST_OUTPUT_BYTES]
    return kept


async def end_group(process: asyncio.subprocess.Process) -> None:
    """End the command and what it started: the group is its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GRACE_S):
            await process.wait()


def environment_of(pid: int) -> dict[str, str]:
    """What a process was started with, for a container of an earlier kubelet."""
    try:
        block = Path(f"/proc/{pid}/environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return {}
    pairs = (entry.partition(b"=") for entry in block.split(b"\0") if b"=" in entry)
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}
