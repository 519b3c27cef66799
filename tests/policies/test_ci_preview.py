"""Bad pull requests, stopped as their author sees it: `byoc ci preview` and the genuine engine."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from policies.catalog import rule_named
from tests.local.aws.cloud import LocalAws, started_local_aws
from tests.local.plugins.aws_project import aws_project
from tests.local.plugins.project import ROOT, Project
from tests.policies.bad_program import THROUGH_THE_ENGINE
from tests.policies.bad_pull_requests import BAD

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("policies-ci-preview")]

PROGRAM = """
    from tests.policies.bad_program import main

    main()
"""


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with started_local_aws(tmp_path_factory.mktemp("aws")) as local_aws:
        yield local_aws


@pytest.fixture(scope="module")
def previewed(
    aws: LocalAws, pulumi_cli: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[int, Path]:
    """All of them in one plan: the exit code, and the folder of what the reviewer gets."""
    folder = tmp_path_factory.mktemp("request") / "project"
    project = aws_project(folder, pulumi_cli, aws, aws.user_key("ada"))
    project.write(PROGRAM)
    example = yaml.safe_load((ROOT / "Pulumi.aws-example.yaml").read_text())["config"]
    project.configure(example)
    project.init()
    repository(project)
    done = subprocess.run(
        [ROOT / ".venv/bin/byoc", "ci", "preview", "--stack", "test", "--out", "plan",
         "--policy-pack", ROOT / "policies"],
        cwd=folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert (folder / "plan" / "summary.md").exists(), done.stderr
    return done.returncode, folder / "plan"


def repository(project: Project) -> None:
    (project.folder / ".gitignore").write_text("*\n!__main__.py\n!Pulumi*.yaml\n")
    git = ["git", "-C", project.folder, "-c", "user.name=t", "-c", "user.email=t@example.com"]
    for words in (["init", "-q"], ["add", "--all"], ["commit", "-q", "--message=bad"]):
        subprocess.run([*git, *words], check=True)


def test_the_plan_cannot_be_applied(previewed: tuple[int, Path]) -> None:
    code, folder = previewed
    assert code == 1
    assert "**This cannot be applied**" in (folder / "summary.md").read_text()
    assert not (folder / "plan.json").exists()


@pytest.mark.parametrize("name", THROUGH_THE_ENGINE)
def test_each_is_named_with_what_to_do(name: str, previewed: tuple[int, Path]) -> None:
    bad, (_, folder) = BAD[name], previewed
    rule = rule_named(bad.rule)
    assert rule is not None
    text = (folder / "summary.md").read_text()
    assert f"`{bad.rule}`" in text
    assert rule.remedy.split(".")[0][:40] in text.replace("\\", "")
    [run] = json.loads((folder / "results.sarif").read_text())["runs"]
    said = [r["message"]["text"] for r in run["results"] if r["ruleId"] == bad.rule]
    assert any(bad.says in message for message in said)
    cases = ET.parse(folder / "results.xml").iter("testcase")
    failed = {case.get("name") for case in cases if case.find("failure") is not None}
    assert bad.rule in failed


def test_nothing_that_the_author_typed_in_secret_is_shown(previewed: tuple[int, Path]) -> None:
    _, folder = previewed
    for file in folder.iterdir():
        assert "hunter2" not in file.read_text(), file
