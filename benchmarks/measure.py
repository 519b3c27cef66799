"""Running two commands in turn, and the words in which results are printed."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Run = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Wall-clock seconds of each run."""

    name: str
    runs_s: tuple[float, ...]

    @property
    def median_s(self) -> float:
        return statistics.median(self.runs_s)

    def __str__(self) -> str:
        low, high = min(self.runs_s), max(self.runs_s)
        return f"{self.name:<34} min {low:6.2f}  median {self.median_s:6.2f}  max {high:6.2f} s"


def in_turn(subjects: Mapping[str, Run], *, runs: int, warm_ups: int = 1) -> list[Timing]:
    """Time the subjects A B A B ..., so that a drift of the machine meets them all."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for round_number in range(warm_ups + runs):
        for name, run in subjects.items():
            started_s = time.perf_counter()
            run()
            if round_number >= warm_ups:
                times[name].append(time.perf_counter() - started_s)
    return [Timing(name=name, runs_s=tuple(values)) for name, values in times.items()]


def command(argv: Sequence[str], *, folder: Path, env: Mapping[str, str]) -> Run:
    """A run of `argv` that ends the benchmark with its output when it fails."""

    def run() -> None:
        done = subprocess.run(
            argv, cwd=folder, env=dict(env), capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{' '.join(argv)} failed:\n{done.stdout}\n{done.stderr}")

    return run


def report_ratio(subject: Timing, baseline: Timing, *, goal: float) -> None:
    ratio = subject.median_s / baseline.median_s
    print(subject)
    print(baseline)
    print(f"ratio {ratio:.2f} (goal: at most {goal})")
