"""What the process trees of containers use, read from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class ProcessFacts:
    pid: int
    parent: int
    cpu_s: float


@dataclass(frozen=True, kw_only=True)
class Usage:
    memory_bytes: int
    cpu_s: float
    processes: int


def scan() -> dict[int, ProcessFacts]:
    """Every process of the machine, in one pass."""
    found = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - a hot loop
        if name.isdigit():
            facts = read_process(int(name))
            if facts:
                found[facts.pid] = facts
    return found


def read_process(pid: int) -> ProcessFacts | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    ticks = sum(int(field) for field in fields[11:15])
    return ProcessFacts(pid=pid, parent=int(fields[1]), cpu_s=ticks / TICKS_PER_S)


def tree(root: int, processes: Mapping[int, ProcessFacts]) -> list[int]:
    """`root` and everything below it."""
    children: dict[int, list[int]] = {}
    for facts in processes.values():
        children.setdefault(facts.parent, []).append(facts.pid)
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        if pid in processes:
            found.append(pid)
            todo.extend(children.get(pid, ()))
    return found


def usage(root: int, processes: Mapping[int, ProcessFacts]) -> Usage:
    """Memory that processes share is counted once."""
    pids = tree(root, processes)
    return Usage(
        memory_bytes=sum(proportional_bytes(pid, ("Pss",)) for pid in pids),
        cpu_s=sum(processes[pid].cpu_s for pid in pids),
        processes=len(pids),
    )


def unreclaimable_bytes(pids: Iterable[int], more_than: int) -> int:
    """Memory that is not a file's: what a memory limit is about.

    The exact count is expensive, and only made where the rough one, which counts shared pages
    several times, is over `more_than`.
    """
    listed = list(pids)
    rough = sum(rough_bytes(pid) for pid in listed)
    if rough <= more_than:
        return rough
    return sum(proportional_bytes(pid, ("Pss_Anon", "Pss_Shmem")) for pid in listed)


def rough_bytes(pid: int) -> int:
    return field_bytes(f"/proc/{pid}/status", ("RssAnon", "RssShmem"))


def proportional_bytes(pid: int, names: tuple[str, ...]) -> int:
    return field_bytes(f"/proc/{pid}/smaps_rollup", names)


def field_bytes(file: str, names: tuple[str, ...]) -> int:
    total = 0
    try:
        for line in Path(file).read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in names:
                total += int(rest.split()[0]) * 1024
    except (OSError, ValueError):
        return 0
    return total
