"""The output of one container run, through pipes that outlive the kubelet, into a CRI log."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import fcntl
import os
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

CHUNK_BYTES = 64 * 1024
PIPE_BYTES = 256 * 1024
LONGEST_LINE_BYTES = 16 * 1024
PREFIX_BYTES = 48
F_SETPIPE_SZ = 1031


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """Defaults of the real kubelet."""

    largest_bytes: int = 10 * 2**20
    files: int = 5


class ContainerLog:
    """The pipes are named: a container keeps its ends open, and a new kubelet opens them again."""

    def __init__(self, file: Path, rotation: Rotation) -> None:
        self.file = file
        self.grown = asyncio.Event()
        self.is_closed = False
        self._rotation = rotation
        self._readers: dict[str, int] = {}
        self._rest = {"stdout": b"", "stderr": b""}
        self._sink: int | None = None

    def open(self) -> None:
        """Make the pipes where they are missing, and follow them."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        for stream in self._rest:
            pipe = self._pipe(stream)
            with contextlib.suppress(FileExistsError):
                os.mkfifo(pipe, 0o600)
            handle = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
            self._readers[stream] = handle
            loop.add_reader(handle, self._read, stream)

    def open_writers(self) -> tuple[int, int]:
        """Ends for the container. They can be read, too: a pipe never lacks a reader."""
        handles = []
        for stream in self._rest:
            handle = os.open(self._pipe(stream), os.O_RDWR)
            with contextlib.suppress(OSError):
                grow_pipe(handle)
            handles.append(handle)
        return handles[0], handles[1]

    def pump(self) -> None:
        """Take everything that is in the pipes now."""
        for stream in list(self._readers):
            while self._read(stream):
                pass

    def close(self) -> None:
        """The container has ended: take the rest and let go."""
        if self.is_closed:
            return
        self.pump()
        loop = asyncio.get_running_loop()
        for stream, handle in self._readers.items():
            loop.remove_reader(handle)
            os.close(handle)
            if self._rest[stream]:
                self._write(stream, [self._rest[stream]])
            self._pipe(stream).unlink(missing_ok=True)
        self._readers.clear()
        if self._sink is not None:
            os.close(self._sink)
            self._sink = None
        self.is_closed = True
        self._announce()

    def release(self) -> None:
        """The kubelet goes, the container stays: leave the pipes."""
        for handle in self._readers.values():
            asyncio.get_running_loop().remove_reader(handle)
            os.close(handle)
        self._readers.clear()

    def last_lines(self, *, count: int, largest_bytes: int = 2048) -> str:
        lines: deque[str] = deque(maxlen=count)
        with contextlib.suppress(FileNotFoundError), self.file.open("rb") as log:
            start = self.file.stat().st_size - largest_bytes - count * PREFIX_BYTES
            if start > 0:
                log.seek(start)
                log.readline()
            for line in log:
                lines.append(line.decode(errors="replace").split(" ", 3)[-1].rstrip("\n"))
        return "\n".join(lines)[-largest_bytes:]

    def _pipe(self, stream: str) -> Path:
        return self.file.with_name(f"{self.file.stem}.{stream}")

    def _read(self, stream: str) -> bool:
        try:
            chunk = os.read(self._readers[stream], CHUNK_BYTES)
        except BlockingIOError:
            return False
        if not chunk:
            # Nobody has the other end: the container has gone, or has not been started yet.
            asyncio.get_running_loop().remove_reader(self._readers[stream])
            return False
        *lines, rest = (self._rest[stream] + chunk).split(b"\n")
        if len(rest) > LONGEST_LINE_BYTES:
            self._write(stream, lines)
            self._write(stream, [rest], tag=b"P")
            lines, rest = [], b""
        self._rest[stream] = rest
        if lines:
            self._write(stream, lines)
        return True

    def _write(self, stream: str, lines: list[bytes], tag: bytes = b"F") -> None:
        if not lines:
            return
        prefix = b"%s %s %s " % (now_text().encode(), stream.encode(), tag)
        if self._sink is None:
            self._sink = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(self._sink, b"".join(prefix + line + b"\n" for line in lines))
        if os.fstat(self._sink).st_size > self._rotation.largest_bytes:
            self._rotate()
        self._announce()

    def _rotate(self) -> None:
        assert self._sink is not None
        os.close(self._sink)
        self._sink = None
        for number in range(self._rotation.files - 1, 0, -1):
            newer = self.file if number == 1 else rotated(self.file, number - 1)
            if newer.exists():
                newer.replace(rotated(self.file, number))

    def _announce(self) -> None:
        self.grown.set()
        self.grown = asyncio.Event()


def rotated(file: Path, number: int) -> Path:
    """The older part of a log; the highest number is the oldest."""
    return file.with_name(f"{file.name}.{number}")


def now_text() -> str:
    nanoseconds = time.time_ns()
    moment = datetime.datetime.fromtimestamp(nanoseconds // 10**9, datetime.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds % 10**9:09d}Z"


def grow_pipe(handle: int) -> None:
    fcntl.fcntl(handle, F_SETPIPE_SZ, PIPE_BYTES)
