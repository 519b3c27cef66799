"""Containers without bubblewrap: processes in the machine's own file system, without mounts."""

from __future__ import annotations

import sys
from pathlib import Path

from local.kubelet.runtime.jail import Command, Jail

INIT = Path(__file__).with_name("plain_init.py")


class Plain:
    """A small parent process keeps the container's tree together and records its exit code."""

    name = "none"
    places_mounts = False

    def command(self, jail: Jail) -> Command:
        folder = jail.working_dir or str(jail.folder)
        argv = (sys.executable, "-I", "-S", str(INIT), "{status}", folder, "--", *jail.argv)
        return Command(argv=argv, options=b"")

    def entering(self, pid: int, working_dir: str, argv: tuple[str, ...]) -> tuple[str, ...]:
        del pid
        folder = ("env", f"--chdir={working_dir}") if working_dir else ()
        return (*folder, *argv)
