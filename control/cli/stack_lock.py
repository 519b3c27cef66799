"""Who holds the lock of a stack in a file backend, and whether they still live."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from control.cli.errors import CliError
from control.cli.file_backend import folder
from control.cli.output import say

if TYPE_CHECKING:
    from pulumi.automation import ConcurrentUpdateError

    from control.cli.stack import Opened


@dataclass(frozen=True, kw_only=True)
class Holder:
    pid: int
    host: str
    since: str

    @property
    def gone(self) -> bool:
        """Surely so: a process of this machine that is no engine any more."""
        return self.host == socket.gethostname() and not runs_pulumi(self.pid)

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {self.since}"


def release_stale(opened: Opened, error: ConcurrentUpdateError) -> None:
    """Take away the lock of an engine that was killed; refuse where its holder may be at work."""
    from control.cli.stack import last_words

    release(opened, holders(os.environ, opened.name), last_words(error))


def release(opened: Opened, found: Sequence[Holder], unknown: str = "somebody") -> None:
    from control.cli.stack import translated

    if not found or not all(holder.gone for holder in found):
        who = "; ".join(map(str, found)) or unknown
        raise CliError(
            f"Another operation holds stack {opened.name}: {who}.",
            "Wait until it ends, or interrupt it. If it surely is gone:"
            f" `pulumi cancel --stack {opened.name}`.",
        )
    say(f"The engine that held stack {opened.name} was killed ({found[0]}): releasing its lock.")
    with translated(opened.name):
        opened.stack.cancel()


def holders(env: Mapping[str, str], stack: str) -> list[Holder]:
    """None for backends other than files."""
    home = folder(env)
    if home is None:
        return []
    return [
        holder for file in (home / "locks").glob(f"**/{stack}/*.json") if (holder := read(file))
    ]


def read(file: Path) -> Holder | None:
    try:
        lock = json.loads(file.read_text())
        return Holder(pid=lock["pid"], host=lock["hostname"], since=lock.get("timestamp", "?"))
    except (OSError, ValueError, KeyError):
        return None  # released this moment, or none of ours: then nobody is surely gone


def runs_pulumi(pid: int) -> bool:
    try:
        return b"pulumi" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return not Path("/proc/self").exists()  # no such file system: do not claim to know
    except OSError:
        return True
