"""What a container's process may see: its root, its binds, its name and its user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, kw_only=True)
class Bind:
    """A file or folder of the machine, shown at `target`."""

    source: Path
    target: str
    read_only: bool


@dataclass(frozen=True, kw_only=True)
class Jail:
    """`folder` is this attempt's own; `files` and `links` of the root go by absolute path."""

    folder: Path
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    binds: tuple[Bind, ...]
    files: Mapping[str, str]
    links: Mapping[str, str]
    hostname: str
    working_dir: str
    user: int | None
    group: int | None
    read_only_root: bool

    @property
    def status_file(self) -> Path:
        return self.folder / "exit.json"


@dataclass(frozen=True, kw_only=True)
class Command:
    """How to start the jail: `options` go in through a file descriptor that `argv` names as
    {options}, the status comes out through {status}."""

    argv: tuple[str, ...]
    options: bytes


class Isolation(Protocol):
    """A way to start a container's process with a view of its own."""

    name: str
    places_mounts: bool

    def command(self, jail: Jail) -> Command: ...

    def entering(self, pid: int, working_dir: str, argv: tuple[str, ...]) -> tuple[str, ...]:
        """The command that runs `argv` inside the container whose first process is `pid`."""
        ...
