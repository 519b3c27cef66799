"""A Pulumi project in a folder of its own, run by the genuine CLI with the local plugins."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
WITHIN_S = 900
STACK = "test"
PASSPHRASE = "only for tests"
PLUGINS = {
    "pulumi-language-python": "local.plugins.language_host",
    "pulumi-analyzer-policy-python": "local.plugins.policy_runner",
    "pulumi-resource-kubernetes": "local.plugins.kubernetes",
    "pulumi-resource-shelf": "tests.local.plugins.shelf",
}


@dataclass(kw_only=True)
class Project:
    folder: Path
    cli: Path
    env: dict[str, str] = field(default_factory=dict)

    def write(self, program: str, *, main: str | None = None, options: Any = None) -> None:
        """Write the project and its program, `main` being the folder or file that Pulumi.yaml
        names."""
        options = {"virtualenv": sys.prefix} if options is None else options
        document: dict[str, Any] = {
            "name": "plugins",
            "runtime": {"name": "python", "options": options},
        }
        if main:
            document["main"] = main
        (self.folder / "Pulumi.yaml").write_text(yaml.safe_dump(document))
        file = self.folder / (main or "") / "__main__.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(textwrap.dedent(program))

    def configure(self, config: Mapping[str, Any]) -> None:
        file = self.folder / f"Pulumi.{STACK}.yaml"
        file.write_text(yaml.safe_dump({"config": dict(config)}))

    def init(self) -> None:
        if not self.state_file.exists():
            self.run("stack", "init", STACK).check()

    @property
    def state_file(self) -> Path:
        return self.folder / f"state/.pulumi/stacks/plugins/{STACK}.json"

    def run(self, *args: str, **env: str) -> Outcome:
        done = subprocess.run(
            [str(self.cli), *args, "--non-interactive", "--color=never"],
            cwd=self.folder,
            env=self.environment() | env,
            capture_output=True,
            text=True,
            check=False,
            timeout=WITHIN_S,
        )
        return Outcome(args=args, code=done.returncode, text=done.stdout + done.stderr)

    def start(self, *args: str) -> subprocess.Popen[str]:
        """Run in the background, in a session of its own, to be interrupted."""
        return subprocess.Popen(
            [str(self.cli), *args, "--non-interactive", "--color=never"],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def preview(self, *args: str) -> Outcome:
        self.init()
        return self.run("preview", "--diff", *args)

    def up(self, *args: str) -> Outcome:
        self.init()
        return self.run("up", "--yes", "--skip-preview", "--diff", *args)

    def refresh(self, *args: str) -> Outcome:
        return self.run("refresh", "--yes", "--skip-preview", "--diff", *args)

    def destroy(self) -> Outcome:
        return self.run("destroy", "--yes", "--skip-preview")

    def resources(self) -> dict[str, Any]:
        """The state's resources by their logical names."""
        state = json.loads(self.state_file.read_text())
        found = state["checkpoint"]["latest"].get("resources", [])
        return {resource["urn"].rpartition("::")[2]: resource for resource in found}

    def environment(self) -> dict[str, str]:
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {
            **keep,
            "PATH": f"{self.folder / 'bin'}:{self.cli.parent}:{keep['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            **self.env,
        }


@dataclass(frozen=True, kw_only=True)
class Outcome:
    args: tuple[str, ...]
    code: int
    text: str

    def check(self) -> str:
        assert self.code == 0, f"pulumi {' '.join(self.args)} exited with {self.code}:\n{self.text}"
        return self.text

    def failed(self, *parts: str) -> str:
        assert self.code != 0, f"pulumi {' '.join(self.args)} did not fail:\n{self.text}"
        for part in parts:
            assert part in self.text, f"{part!r} is not in\n{self.text}"
        return self.text


def new_project(folder: Path, cli: Path) -> Project:
    for name in ("bin", "state", "home"):
        (folder / name).mkdir()
    for executable, module in PLUGINS.items():
        script = folder / "bin" / executable
        script.write_text(f'#!/bin/sh\nexec {sys.executable} -m {module} "$@"\n')
        script.chmod(0o755)
    return Project(folder=folder, cli=cli)
