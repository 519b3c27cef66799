"""Runs the lines of a job of .gitlab-ci.yml as a runner does, in a checkout."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
FILE = ROOT / ".gitlab-ci.yml"
VARIABLE = re.compile(r"\$(\w+)|\$\{(\w+)\}")
WITHIN_S = 600


@dataclass(frozen=True, kw_only=True)
class Done:
    code: int
    text: str

    def ok(self) -> str:
        assert self.code == 0, self.text
        return self.text


def jobs() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text()))


def merged(name: str) -> dict[str, Any]:
    """A job with what it extends; its own keys win, and variables are joined."""
    own = jobs()[name]
    base = merged(own["extends"]) if "extends" in own else {}
    variables = {**base.get("variables", {}), **own.get("variables", {})}
    return {**base, **own, "variables": variables}


def run_job(name: str, checkout: Path, env: Mapping[str, str]) -> Done:
    """before_script and script in one shell that ends at the first error, then after_script."""
    job = merged(name)
    given = {**jobs()["variables"], **job["variables"]}
    known = {**env, "CI_PROJECT_DIR": str(checkout)}
    # Variables of the project go before those of the file.
    known = {key: expanded(value, known) for key, value in given.items()} | known
    done = shell([*job.get("before_script", []), *job["script"]], checkout, known)
    shell(job.get("after_script", []), checkout, known).ok()
    return done


def expanded(value: str, env: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda match: env.get(match[1] or match[2], ""), value)


def shell(lines: list[str], checkout: Path, env: Mapping[str, str]) -> Done:
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(lines)],
        cwd=checkout,
        env=dict(env),
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN_S,
    )
    return Done(code=done.returncode, text=done.stdout + done.stderr)
