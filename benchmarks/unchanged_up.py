"""`pulumi up` of the local stack without changes against its preview."""

from __future__ import annotations

import argparse

from benchmarks.measure import command, in_turn, report_ratio
from benchmarks.stack_env import ROOT, local_env

GOAL = 1.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    env = local_env()
    common = ["--stack", "local", "--non-interactive", "--expect-no-changes"]
    up = command(["pulumi", "up", "--yes", "--skip-preview", *common], folder=ROOT, env=env)
    preview = command(["pulumi", "preview", *common], folder=ROOT, env=env)
    subject, baseline = in_turn({"up without changes": up, "preview": preview}, runs=runs)
    report_ratio(subject, baseline, goal=GOAL)


if __name__ == "__main__":
    main()
