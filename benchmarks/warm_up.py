"""`make up` in a fresh clone with a warm cache, by phase; `--cold` empties the cache first."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.stack_env import ROOT

PHASES = (
    ("environment (.venv)", ["make", "venv"]),
    ("local cloud", [".venv/bin/byoc", "local", "up"]),
    ("deployment", [".venv/bin/byoc", "up", "--stack", "local", "--yes"]),
    ("status", [".venv/bin/byoc", "status", "--stack", "local"]),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cold", action="store_true", help="with an empty cache: about 12 minutes")
    cold = parser.parse_args().cold
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        env = dict(os.environ)
        if cold:
            env |= {
                "BYOC_CACHE": f"{name}/cache",
                "GOCACHE": f"{name}/go-build",
                "GOMODCACHE": f"{name}/go-mod",
                "GOFLAGS": "-modcacherw",
                "UV_CACHE_DIR": f"{name}/uv",
            }
        try:
            print_phases(clone, env, goal_s=900 if cold else 60)
        finally:
            subprocess.run(["make", "down"], cwd=clone, env=env, capture_output=True, check=False)


def print_phases(clone: Path, env: dict[str, str], *, goal_s: int) -> None:
    whole_s = 0.0
    for name, argv in PHASES:
        started_s = time.perf_counter()
        done = subprocess.run(argv, cwd=clone, env=env, capture_output=True, text=True, check=False)
        took_s = time.perf_counter() - started_s
        whole_s += took_s
        print(f"{name:<24} {took_s:7.1f} s", flush=True)
        if done.returncode:
            sys.exit(f"{' '.join(argv)} failed:\n{done.stdout}\n{done.stderr}")
    print(f"{'in all':<24} {whole_s:7.1f} s (goal: at most {goal_s} s)")


if __name__ == "__main__":
    main()
