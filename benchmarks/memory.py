"""Memory of the whole local cloud: proportional set size, so that shared pages count once."""

from __future__ import annotations

import sys
from collections import Counter

import psutil

from benchmarks.stack_env import ROOT
from local import process
from local.instance import find_instance
from local.servers import SERVERS

GOAL_GB = 3.0


def main() -> None:
    instance = find_instance(ROOT)
    if instance is None:
        sys.exit("The local cloud is not up: run `make up` first.")
    memory: Counter[str] = Counter()
    for server in SERVERS:
        running = process.find(server.name, instance.state_dir / "run")
        for member in running.tree() if running else []:
            memory[label(server.name, member)] += proportional_bytes(member)
    for name, used_bytes in memory.most_common():
        print(f"{name:<34} {used_bytes / 1e6:8.0f} MB")
    print(f"in all {sum(memory.values()) / 1e9:.2f} GB (goal: at most {GOAL_GB} GB)")


def label(server: str, member: psutil.Process) -> str:
    """Servers by name, pods' processes by their program."""
    try:
        words = member.cmdline()
        if any(word == "local.kubelet" for word in words):
            return "kubelet"
        interesting = [
            word for word in words if word.endswith(".py") or word.startswith("control.")
        ]
        program = interesting[0] if interesting else member.name()
        return server if server != "kubelet" else f"pod: {program.rsplit('/', 1)[-1]}"
    except psutil.NoSuchProcess:
        return "gone"


def proportional_bytes(member: psutil.Process) -> int:
    try:
        return process.proportional_memory_bytes(member.pid)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0


if __name__ == "__main__":
    main()
