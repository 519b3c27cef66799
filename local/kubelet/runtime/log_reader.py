"""Reads container logs as `kubectl logs` asks for them."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from local.kubelet.runtime.container_log import ContainerLog, rotated

BLOCK_BYTES = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class LogQuery:
    follow: bool = False
    timestamps: bool = False
    tail_lines: int | None = None
    limit_bytes: int | None = None
    since_s: float | None = None


async def read_log(file: Path, live: ContainerLog | None, query: LogQuery) -> AsyncIterator[bytes]:
    """Yield what was written, and go on while `live` grows if asked to follow."""
    left = query.limit_bytes
    async for line in selected(file, live, query):
        text = shown(line, timestamps=query.timestamps)
        if left is not None:
            text = text[:left]
            left -= len(text)
        yield text
        if left == 0:
            return


async def selected(file: Path, live: ContainerLog | None, query: LogQuery) -> AsyncIterator[bytes]:
    since = None if query.since_s is None else moment_text(query.since_s).encode()
    async for line in lines(file, live, query):
        if since is None or line[: len(since)] >= since:
            yield line


async def lines(file: Path, live: ContainerLog | None, query: LogQuery) -> AsyncIterator[bytes]:
    is_followed = False
    for part, offset in parts(file, query.tail_lines):
        with part.open("rb") as log:
            log.seek(offset)
            for line in log:
                yield line
            if part == file and live is not None and query.follow:
                is_followed = True
                async for line in followed(log, live):
                    yield line
    if query.follow and live is not None and not is_followed:
        async for line in followed(None, live):
            yield line


async def followed(log: BinaryIO | None, live: ContainerLog) -> AsyncIterator[bytes]:
    """Lines as they come, over rotations, until the container has ended."""
    current = log
    try:
        while True:
            grown, is_closed = live.grown, live.is_closed
            if current is None and live.file.exists():
                current = live.file.open("rb")
            if current is not None:
                for line in current:
                    yield line
                if was_rotated(current, live.file):
                    current = live.file.open("rb")
                    continue
            if is_closed:
                return
            await grown.wait()
    finally:
        if current is not None and current is not log:
            current.close()


def was_rotated(log: BinaryIO, file: Path) -> bool:
    try:
        return file.stat().st_ino != Path(f"/proc/self/fd/{log.fileno()}").stat().st_ino
    except FileNotFoundError:
        return False


def parts(file: Path, tail_lines: int | None) -> list[tuple[Path, int]]:
    """The files to read, oldest first, each with the place to start at."""
    found: list[tuple[Path, int]] = []
    wanted = tail_lines
    for part in newest_first(file):
        if wanted is None:
            found.append((part, 0))
            continue
        if wanted <= 0:
            found.append((part, part.stat().st_size))
            break
        offset, count = tail_offset(part, wanted)
        found.append((part, offset))
        wanted -= count
        if wanted <= 0:
            break
    return found[::-1]


def newest_first(file: Path) -> Iterator[Path]:
    if file.exists():
        yield file
    number = 1
    while (older := rotated(file, number)).exists():
        yield older
        number += 1


def tail_offset(file: Path, wanted: int) -> tuple[int, int]:
    """Where the last `wanted` lines begin, and how many of them there are."""
    with file.open("rb") as log:
        position = log.seek(0, 2)
        count = 0
        while position > 0:
            start = max(0, position - BLOCK_BYTES)
            log.seek(start)
            block = log.read(position - start)
            while (newline := block.rfind(b"\n")) >= 0:
                if count == wanted:
                    return start + newline + 1, wanted
                count += 1
                block = block[:newline]
            position = start
        return 0, count


def shown(line: bytes, *, timestamps: bool) -> bytes:
    at, _, rest = line.partition(b" ")
    _, _, rest = rest.partition(b" ")
    tag, _, text = rest.partition(b" ")
    if tag == b"P":
        text = text.rstrip(b"\n")
    return at + b" " + text if timestamps else text


def moment_text(at_s: float) -> str:
    moment = datetime.datetime.fromtimestamp(at_s, datetime.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}"
