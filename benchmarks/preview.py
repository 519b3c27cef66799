"""Preview of the whole AWS deployment against as many no-op resources with the same imports."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.measure import command, in_turn, report_ratio
from benchmarks.stack_env import ROOT, env_with_own_state

GOAL = 1.25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = env_with_own_state(folder)
        project = deployment(folder, env)
        counted = count_resources(project, env)
        floor = floor_program(folder, counted, env)
        print(f"{sum(counted.values())} resources: {dict(counted)}")
        preview = ["pulumi", "preview", "--stack", "bench", "--non-interactive"]
        subject, baseline = in_turn(
            {
                "preview of the deployment": command(preview, folder=project, env=env),
                "preview of no-op resources": command(preview, folder=floor, env=env),
            },
            runs=runs,
        )
        report_ratio(subject, baseline, goal=GOAL)


def deployment(folder: Path, env: dict[str, str], *, stack: str = "bench") -> Path:
    """A project folder that runs this checkout's program as a stack that has nothing yet."""
    project = folder / "deployment"
    project.mkdir()
    text = (ROOT / "Pulumi.yaml").read_text()
    text = text.replace("main: infra", f"main: {ROOT / 'infra'}")
    (project / "Pulumi.yaml").write_text(text.replace(".venv", str(ROOT / ".venv")))
    lines = (ROOT / "Pulumi.local.yaml").read_text().splitlines(keepends=True)
    own = [line for line in lines if not line.startswith("encryptionsalt:")]
    (project / f"Pulumi.{stack}.yaml").write_text("".join(own))
    shutil.copytree(ROOT / ".byoc" / "local" / "secrets", project / ".byoc" / "local" / "secrets")
    init_stack(project, env, stack)
    return project


def floor_program(folder: Path, counted: Counter[str], env: dict[str, str]) -> Path:
    project = folder / "floor"
    shutil.copytree(ROOT / "benchmarks" / "floor", project)
    text = (project / "Pulumi.yaml").read_text().replace(".venv", str(ROOT / ".venv"))
    (project / "Pulumi.yaml").write_text(text)
    (project / "counts.json").write_text(json.dumps(counted))
    plugin = folder / "bin" / "pulumi-resource-noop"
    plugin.parent.mkdir()
    plugin.write_text(f'#!/bin/sh\nexec {sys.executable} -m benchmarks.noop_plugin "$@"\n')
    plugin.chmod(0o755)
    env["PATH"] = f"{plugin.parent}:{env['PATH']}"
    env["PYTHONPATH"] = str(ROOT)
    init_stack(project, env)
    return project


def init_stack(project: Path, env: dict[str, str], stack: str = "bench") -> None:
    subprocess.run(
        ["pulumi", "stack", "init", stack, "--non-interactive"],
        cwd=project,
        env=env,
        check=True,
        capture_output=True,
    )


def count_resources(project: Path, env: dict[str, str]) -> Counter[str]:
    """How many components, custom resources and provider objects the program registers."""
    shown = subprocess.run(
        ["pulumi", "preview", "--stack", "bench", "--non-interactive", "--json"],
        cwd=project,
        env=env,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    kinds: Counter[str] = Counter()
    for step in json.loads(shown)["steps"]:
        state = step["newState"]
        if state["type"] == "pulumi:pulumi:Stack":
            continue
        if state["type"].startswith("pulumi:providers:"):
            kinds["providers"] += 1
        else:
            kinds["custom" if state["custom"] else "components"] += 1
    return kinds


if __name__ == "__main__":
    main()
