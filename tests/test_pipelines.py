"""The pipelines lint clean, ask for little, and call nothing but what is here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.cache import cache_dir
from local.go_tools import ACTIONLINT, ensure_built
from tests.gitlab_job import run_job

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
GITLAB = ROOT / ".gitlab-ci.yml"
SCRIPTS = sorted((ROOT / "ci").glob("*.sh"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def run(*argv: str | Path) -> str:
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_actionlint_finds_nothing() -> None:
    linter = ensure_built(ACTIONLINT, cache_dir(os.environ), os.environ, print)
    assert run(linter, "-no-color", *WORKFLOWS) == ""


def test_zizmor_finds_nothing() -> None:
    linter = Path(sys.executable).with_name("zizmor")
    assert run(linter, "--offline", "--no-progress", "--quiet", ".github") == ""


def gitlab_lint(file: Path) -> str:
    linter = Path(sys.executable).with_name("check-jsonschema")
    return run(
        linter, "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", file
    )


def test_gitlabs_own_schema_finds_nothing() -> None:
    assert gitlab_lint(GITLAB) == ""


WRONG: dict[str, dict[str, Any]] = {
    "no such key": {"scripts": ["ci/apply.sh"]},
    "no such moment": {"when": "by hand"},
    "token without an audience": {"id_tokens": {"AWS_TOKEN": {}}},
    "artifacts for no known time": {"artifacts": {"when": "sometimes"}},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_gitlabs_own_schema_finds_what_is_wrong(wrong: dict[str, Any], tmp_path: Path) -> None:
    document = yaml.safe_load(GITLAB.read_text())
    document["apply"] |= wrong
    file = tmp_path / "gitlab.yml"
    file.write_text(yaml.safe_dump(document))
    assert "apply" in gitlab_lint(file)


@pytest.mark.parametrize(
    "file", [*WORKFLOWS, *ACTIONS], ids=lambda file: file.parent.name + file.stem
)
def test_actions_of_others_are_pinned_by_commit(file: Path) -> None:
    used = re.findall(r"uses: *(.+)", file.read_text())
    foreign = [each for each in used if not each.startswith("./")]
    assert [each for each in foreign if not PINNED.fullmatch(each)] == []


def jobs(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from yaml.safe_load(file.read_text())["jobs"].items()


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_token_has_only_what_its_job_names(file: Path) -> None:
    assert yaml.safe_load(file.read_text())["permissions"] == {}
    for name, job in jobs(file):
        rights = job["permissions"]
        writes = {right for right, level in rights.items() if level == "write"}
        assert rights, name
        # A job that can take a role of the account can write nothing in the repository.
        assert "id-token" not in writes or writes == {"id-token"}, name


def test_the_apply_role_is_taken_only_behind_an_environment() -> None:
    for file in WORKFLOWS:
        for name, job in jobs(file):
            if "BYOC_APPLY_ROLE" in str(job):
                assert job["environment"] == "${{ inputs.stack }}", (file.name, name)


def test_the_result_is_told_to_the_pull_request_by_a_job_without_a_role() -> None:
    [file] = [file for file in WORKFLOWS if file.stem == "apply"]
    report = dict(jobs(file))["report"]
    assert report["needs"] == "deploy"
    assert "id-token" not in report["permissions"]
    assert "record/result.md" in str(report["steps"])
    applied = dict(jobs(file.with_name("deploy-stack.yml")))["apply"]["steps"]
    assert ".byoc/ci/result.md" in str(applied)


def test_code_of_a_fork_gets_no_role() -> None:
    job = dict(jobs(ROOT / ".github" / "workflows" / "preview.yml"))["plan"]
    assert "head.repo.full_name == github.repository" in job["if"]
    assert "pull_request_target" not in "".join(file.read_text() for file in WORKFLOWS)


@pytest.mark.parametrize("file", [*WORKFLOWS, GITLAB], ids=lambda file: file.stem)
def test_scripts_that_are_called_are_here_and_can_be_run(file: Path) -> None:
    for name in re.findall(r"(?:^|[\s\[])(\.?ci/[\w.]+)", file.read_text()):
        assert os.access(ROOT / name, os.X_OK), name


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda file: file.stem)
def test_scripts_are_sound_and_stop_at_errors(script: Path) -> None:
    assert run("bash", "-n", script) == ""
    assert "set -euo pipefail" in script.read_text()


def test_gitlab_applies_by_hand_and_one_at_a_time() -> None:
    file = yaml.safe_load(GITLAB.read_text())
    apply = file["apply"]
    assert apply["rules"][-1]["when"] == "manual"
    assert apply["resource_group"] == apply["environment"]["name"] == "$BYOC_STACK"
    assert apply["needs"] == ["plan"]


def test_both_systems_know_the_same_pull_request_stages() -> None:
    text = GITLAB.read_text()
    for script in SCRIPTS:
        assert f"ci/{script.name}" in text
        assert any(f"ci/{script.name}" in file.read_text() for file in WORKFLOWS), script.name


def test_a_release_tells_the_rights_that_it_adds(tmp_path: Path) -> None:
    """GitLab's job on two revisions of a clone, of which the later one has a row more."""
    clone = tmp_path / "clone"
    for folder in ("permissions", "ci", "control"):
        copied(ROOT / folder, clone / folder)
    (clone / ".venv").symlink_to(Path(sys.executable).parent.parent)
    git = ["git", "-C", str(clone), "-c", "user.name=t", "-c", "user.email=t@example.com"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    rows = clone / "permissions" / "operator" / "logs.py"
    for tag, text in (("v1", rows.read_text()), ("v2", rows.read_text() + ROW)):
        rows.write_text(text)
        subprocess.run([*git, "add", "permissions"], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message", tag], check=True)
        subprocess.run([*git, "tag", tag], check=True)
    (clone / "Makefile").write_text("venv:\n")
    run_job("permissions", clone, {**os.environ, "CI_COMMIT_TAG": "v2"}).ok()
    told = (clone / ".byoc" / "ci" / "permissions.md").read_text()
    assert "## Permissions: 2 changed, 2 of them widened" in told
    for role in ("access role", "reading role"):  # which reads what the operator reads
        assert f"### `{role}`\n\n- **may now** `s3:ListAllMyBuckets` on `*`" in told


ROW = """
LOGS = (*LOGS, *grants("s3: ListAllMyBuckets", "*", component="test", reason="a test"))
"""


def copied(source: Path, target: Path) -> None:
    for file in source.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            (target / file.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            (target / file.relative_to(source)).write_bytes(file.read_bytes())
            (target / file.relative_to(source)).chmod(file.stat().st_mode)
