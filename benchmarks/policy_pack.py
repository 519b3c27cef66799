"""Preview of the whole AWS deployment with the policy pack against the same preview without it."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.measure import command, in_turn, report_ratio
from benchmarks.preview import deployment
from benchmarks.stack_env import ROOT, env_with_own_state

GOAL = 1.20
STACK = "local"
"""The exemptions of the local stack are for this name."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = env_with_own_state(folder)
        project = deployment(folder, env, stack=STACK)
        preview = ["pulumi", "preview", "--stack", STACK, "--non-interactive"]
        checked = [*preview, "--policy-pack", str(ROOT / "policies")]
        subject, baseline = in_turn(
            {
                "preview with the policy pack": command(checked, folder=project, env=env),
                "preview without it": command(preview, folder=project, env=env),
            },
            runs=runs,
        )
        report_ratio(subject, baseline, goal=GOAL)


if __name__ == "__main__":
    main()
