"""Preview of the whole AWS deployment with the policy pack against the same preview without it.

It brings its own AWS: the local cloud need not be up.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
import tempfile
from pathlib import Path

import yaml

from benchmarks.measure import Run, command, in_turn, report_ratio
from benchmarks.stack_env import ROOT
from local.cache import cache_dir
from local.go_tools import PULUMI, ensure_built
from tests.local.aws.cloud import LocalAws, started_local_aws
from tests.local.plugins.aws_project import aws_project
from tests.local.plugins.project import STACK, Project

GOAL = 1.20
WITH, WITHOUT = "preview with the policy pack", "preview without it"
PROGRAM = f"""
    import runpy

    runpy.run_path({str(ROOT / "infra")!r}, run_name="__main__")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--warm-ups", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, started_local_aws(Path(name)) as aws:
        project = example(Path(name) / "project", aws)
        env = project.environment()
        preview = [str(project.cli), "preview", "--stack", STACK, "--non-interactive"]
        checked = [*preview, "--policy-pack", str(ROOT / "policies")]
        spent_s: dict[str, list[float]] = {WITH: [], WITHOUT: []}
        runs = {
            name: counted(command(argv, folder=project.folder, env=env), spent_s[name])
            for name, argv in ((WITH, checked), (WITHOUT, preview))
        }
        subject, baseline = in_turn(runs, runs=given.runs, warm_ups=given.warm_ups)
        report_ratio(subject, baseline, goal=GOAL)
        on, off = (statistics.median(spent_s[name][given.warm_ups :]) for name in (WITH, WITHOUT))
        print(f"CPU of all processes {on:.2f} and {off:.2f} s, ratio {on / off:.2f}")


def counted(run: Run, spent_s: list[float]) -> Run:
    """Also the CPU that its processes used: that is not so much the machine's other work."""

    def counting() -> None:
        before_s = used_s()
        run()
        spent_s.append(used_s() - before_s)

    return counting


def used_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def example(folder: Path, aws: LocalAws) -> Project:
    """The example stack, which keeps every rule, as one that has nothing yet."""
    cli = ensure_built(PULUMI, cache_dir(os.environ), os.environ, tell)
    project = aws_project(folder, cli, aws, aws.user_key("ada"))
    project.write(PROGRAM)
    project.configure(yaml.safe_load((ROOT / "Pulumi.aws-example.yaml").read_text())["config"])
    project.init()
    return project


def tell(message: str) -> None:
    print(message, file=sys.stderr)


if __name__ == "__main__":
    main()
