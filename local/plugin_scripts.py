"""The executables that the Pulumi engine looks for on PATH, each a line that starts our Python
stand-in."""

from __future__ import annotations

import importlib.metadata
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.instance import write_atomically


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """A plugin of the engine; `module` stands in where the official executable is not on PATH."""

    executable: str
    module: str
    what: str
    sdk: str | None = None
    """The Python distribution of a resource plugin, whose version this one goes by."""

    @property
    def home_folder(self) -> str | None:
        """Where the engine looks in its home; there it asks for no warning, as it does for PATH."""
        if self.sdk is None:
            return None
        name = self.executable.removeprefix("pulumi-resource-")
        return f"plugins/resource-{name}-v{importlib.metadata.version(self.sdk)}"

    def script(self, folder: Path, pulumi_home: Path) -> Path:
        return (pulumi_home / self.home_folder if self.home_folder else folder) / self.executable


PLUGINS = (
    Plugin(
        executable="pulumi-language-python",
        module="local.plugins.language_host",
        what="Python language host",
    ),
    Plugin(
        executable="pulumi-analyzer-policy-python",
        module="local.plugins.policy_runner",
        what="policy runner",
    ),
    Plugin(
        executable="pulumi-resource-aws",
        module="local.plugins.aws",
        what="AWS plugin",
        sdk="pulumi-aws",
    ),
    Plugin(
        executable="pulumi-resource-kubernetes",
        module="local.plugins.kubernetes",
        what="Kubernetes plugin",
        sdk="pulumi-kubernetes",
    ),
)


def write_scripts(folder: Path, pulumi_home: Path, env: Mapping[str, str]) -> None:
    """Write a script for each plugin that has no official executable on PATH, and remove the
    others: those of hosts into `folder`, which stands on PATH, those of resources into the
    engine's home."""
    for plugin in PLUGINS:
        script = plugin.script(folder, pulumi_home)
        if official(plugin, folder, env):
            script.unlink(missing_ok=True)
            continue
        line = f'exec {shlex.quote(sys.executable)} -m {plugin.module} "$@"'
        write_atomically(script, f"#!/bin/sh\n{line}\n", mode=0o755)


def official(plugin: Plugin, folder: Path, env: Mapping[str, str]) -> Path | None:
    path = ":".join(part for part in env.get("PATH", "").split(":") if part != str(folder))
    found = shutil.which(plugin.executable, path=path)
    return Path(found) if found else None
