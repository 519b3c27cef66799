"""All bad pull requests by `byoc ci preview`: `python -m tests.policies.bad_previews [NAME...]`.

The AWS side of the example stands in a local AWS and an API server stands for its cluster, so that
the preview knows what that of a pull request knows. Writes docs/security/bad-pull-requests.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from local.cache import cache_dir
from local.go_tools import KUBERNETES, PULUMI, ensure_built
from policies.catalog import rule_named
from tests.kube_api import started_kube_api
from tests.local.aws.cloud import LocalAws, started_local_aws
from tests.local.plugins.aws_project import aws_project
from tests.local.plugins.project import ROOT, STACK, Project
from tests.policies.bad_program import KUBECONFIG, NAMES
from tests.policies.bad_pull_requests import BAD
from tests.shapes.account import brought

PAGE = ROOT / "docs/security/bad-pull-requests.md"
DEPLOYED = """
    from tests.access_proof.program import build

    build()
"""
BAD_PROGRAM = """
    from tests.policies.bad_program import main

    main()
"""
AT_ONCE = 2
BY_THE_CHECKS_ALONE = frozenset({"nodes in a single zone"})
"""A change from outside of the program leaves a property's dependencies, which its rule follows."""
GROUPS = 8
"""Previews among which they are dealt out: none shares a resource with another of its group."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    name: str
    code: int
    summary: str
    said: tuple[str, ...]
    """The messages of the rule that is to stop it."""
    text: str

    @property
    def stopped(self) -> bool:
        bad = BAD[self.name]
        rule = rule_named(bad.rule)
        return (
            self.code == 1
            and rule is not None
            and "**This cannot be applied**" in self.summary
            and rule.remedy.split(".")[0][:40] in self.summary.replace("\\", "")
            and any(bad.says in message for message in self.said)
            and "hunter2" not in self.summary + self.text
        )


def main() -> None:
    given = sys.argv[1:]
    cache = cache_dir(os.environ)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        binary = ensure_built(KUBERNETES, cache, os.environ, tell)
        with (
            started_local_aws(folder) as aws,
            started_kube_api(binary, folder / "kube", "main") as kube,
        ):
            cli = ensure_built(PULUMI, cache, os.environ, tell)
            project = deployed(folder / "project", cli, aws)
            project.env[KUBECONFIG] = str(kube.kubeconfig)
            if broken := refused(project):
                sys.exit(f"the example itself is refused: {', '.join(broken)}")
            names = given or [name for name in BAD if name not in BY_THE_CHECKS_ALONE]
            groups = [names[start::GROUPS] for start in range(min(GROUPS, len(names)))]
            with ThreadPoolExecutor(AT_ONCE) as pool:
                found = list(pool.map(partial(outcomes_of, project), groups))
            by_name = {outcome.name: outcome for group in found for outcome in group}
            outcomes = [by_name[name] for name in names]
    through = [outcome for outcome in outcomes if not outcome.stopped]
    for outcome in through:
        tell(f"{outcome.name}: exit code {outcome.code}, {outcome.said}\n{outcome.text[-1500:]}")
    tell(f"{len(outcomes) - len(through)} of {len(outcomes)} stopped")
    if not given and not through:
        PAGE.write_text(page(outcomes))
    sys.exit(1 if through else 0)


def deployed(folder: Path, cli: Path, aws: LocalAws) -> Project:
    """The example's AWS side, applied; then the program as the pull request has it."""
    project = aws_project(folder, cli, aws, aws.user_key("ada"))
    config = yaml.safe_load((ROOT / "Pulumi.aws-example.yaml").read_text())["config"]
    plain = {key.removeprefix("byoc:"): value for key, value in config.items()}
    there = brought(aws, plain) | {"storage": plain["storage"]}
    project.write(DEPLOYED)
    project.configure({f"byoc:{key}": value for key, value in there.items()})
    project.up().check()
    project.write(BAD_PROGRAM)
    (folder / ".gitignore").write_text("*\n!__main__.py\n!Pulumi*.yaml\n")
    git = ["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com"]
    for words in (["init", "-q"], ["add", "--all"], ["commit", "-q", "--message=bad"]):
        subprocess.run([*git, *words], check=True)
    return project


@dataclass(frozen=True, kw_only=True)
class Previewed:
    code: int
    text: str
    summary: str
    errors: tuple[tuple[str, str], ...]
    """Rule and message of what no plan may hold."""


def previewed(project: Project, names: Sequence[str]) -> Previewed:
    out = project.folder / "plans" / "".join(filter(str.isalnum, "".join(names) or "none"))[:99]
    done = subprocess.run(
        [ROOT / ".venv/bin/byoc", "ci", "preview", "--stack", STACK, "--out", out,
         "--policy-pack", ROOT / "policies"],
        cwd=project.folder,
        env=project.environment() | {NAMES: json.dumps(names)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    tell(f"exit code {done.returncode}: {'; '.join(names) or 'nothing bad'}")
    text, summary = done.stdout + done.stderr, out / "summary.md"
    if not summary.exists():
        return Previewed(code=done.returncode, text=text, summary="", errors=(("none", text),))
    [run] = json.loads((out / "results.sarif").read_text())["runs"]
    errors = (r for r in run["results"] if r["level"] == "error")
    return Previewed(
        code=done.returncode,
        text=text,
        summary=summary.read_text(),
        errors=tuple((each["ruleId"], each["message"]["text"]) for each in errors),
    )


def refused(project: Project) -> list[str]:
    """Rules that the example breaks as it is."""
    return [rule for rule, _ in previewed(project, ()).errors]


def outcomes_of(project: Project, names: Sequence[str]) -> list[Outcome]:
    seen = previewed(project, names)
    return [
        Outcome(
            name=name,
            code=seen.code,
            summary=seen.summary,
            said=tuple(message for rule, message in seen.errors if rule == BAD[name].rule),
            text=seen.text,
        )
        for name in names
    ]


def page(outcomes: list[Outcome]) -> str:
    lines = [
        "# Bad pull requests, and what stops them",
        "",
        "Each is a small change of the AWS example, previewed by `byoc ci preview` with the policy",
        "pack against the deployed example, a few independent ones at a time; none can be applied.",
        "Written by `python -m tests.policies.bad_previews`.",
        "",
        "| change | rule | its author reads | and is told to |",
        "| --- | --- | --- | --- |",
    ]
    for outcome in outcomes:
        rule = rule_named(BAD[outcome.name].rule)
        assert rule is not None
        message = outcome.said[0].partition("Remedy:")[0]
        cells = (outcome.name, f"`{rule.name}`", message, rule.remedy)
        lines.append(
            "| " + " | ".join(" ".join(c.split()).replace("|", "\\|") for c in cells) + " |"
        )
    return "\n".join(lines) + "\n"


def tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
