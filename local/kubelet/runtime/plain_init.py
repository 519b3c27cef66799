"""Parent of a container's process where bubblewrap is missing. Run as a script.

It adopts the container's orphans, ends the whole tree when the first process ends, and writes the
same status lines as bubblewrap: the child's number, then its exit code.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def main(argv: list[str]) -> int:
    status, folder, command = int(argv[1]), argv[2], argv[4:]
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0),
        )
    except OSError as error:
        print(f"cannot start {command[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201 - the container's own log
        return 1
    write(status, {"child-pid": child.pid})
    code = wait_for(child.pid)
    end_tree()
    write(status, {"exit-code": code})
    return code


def wait_for(pid: int) -> int:
    while True:
        ended, result = os.wait()
        if ended == pid:
            code = os.waitstatus_to_exitcode(result)
            return code if code >= 0 else 128 - code


def end_tree() -> None:
    """Kill until nothing is left: what loses its parent becomes our child."""
    while left := children(os.getpid()):
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        for pid in left:
            os.waitpid(pid, 0)


def children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == parent:
                found.append(int(entry.name))
    return found


def write(status: int, line: dict[str, int]) -> None:
    os.write(status, json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv))
