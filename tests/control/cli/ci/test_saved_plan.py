"""What a saved plan holds for, and when it is refused."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from control.cli.ci.saved_plan import (
    PLAN,
    PREVIEW,
    Facts,
    SavedPlan,
    StaleError,
    check_files,
    check_fresh,
    document,
    load,
    saved,
    state_digest,
)
from control.cli.ci.source import read_source, resolved
from control.cli.deployment_state import SECRET_MARK
from control.cli.errors import UsageError

FACTS = Facts(stack="prod", base="b" * 40, commit="c" * 40, tree="d" * 40, state="e" * 64)
SECRET = {SECRET_MARK: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:one"}
BUCKET = {"urn": "urn:b", "inputs": {"bucket": "b", "key": SECRET}, "modified": "2026-11-21"}


@pytest.fixture
def plan(tmp_path: Path) -> SavedPlan:
    (tmp_path / PLAN).write_text('{"resourcePlans": {}}')
    made = saved(FACTS, tmp_path / PLAN)
    (tmp_path / PREVIEW).write_text(json.dumps(document(made)))
    return made


def test_an_approved_plan_is_taken(plan: SavedPlan, tmp_path: Path) -> None:
    assert load(tmp_path) == plan
    check_files(plan, tmp_path, plan.digest)
    check_files(plan, tmp_path, plan.digest[:12].upper())
    check_fresh(plan.facts, replace(FACTS, commit="f" * 40))  # a merge of the same tree


STALE = {
    "another stack": ({"stack": "test"}, "it is for stack prod, and this is test"),
    "the target branch went on": ({"base": "0" * 40}, "starts from commit bbbbbbbbbbbb"),
    "other files": ({"tree": "0" * 40}, "the files of commit cccccccccccc"),
    "another state": ({"state": "0" * 64}, "recorded state has changed since"),
}


@pytest.mark.parametrize(("change", "says"), STALE.values(), ids=STALE.keys())
def test_a_stale_plan_is_refused(change: dict[str, str], says: str) -> None:
    with pytest.raises(StaleError, match=says) as refused:
        check_fresh(FACTS, replace(FACTS, **change))
    assert refused.value.exit_code == 1


@pytest.mark.parametrize("field", ["stack", "base", "tree", "state"])
def test_the_digest_covers_all_that_is_checked(plan: SavedPlan, tmp_path: Path, field: str) -> None:
    forged = replace(plan, facts=replace(plan.facts, **{field: "0"}))
    with pytest.raises(StaleError, match="were changed after the preview"):
        check_files(forged, tmp_path, None)


def test_an_edited_plan_is_refused(plan: SavedPlan, tmp_path: Path) -> None:
    (tmp_path / PLAN).write_text("{}")
    with pytest.raises(StaleError, match="were changed after the preview"):
        check_files(plan, tmp_path, None)


def test_another_digest_than_the_approved_one_is_refused(plan: SavedPlan, tmp_path: Path) -> None:
    with pytest.raises(StaleError, match="0000 was approved"):
        check_files(plan, tmp_path, "0000")


def test_a_failed_preview_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StaleError, match="no plan to apply"):
        check_files(saved(FACTS, None), tmp_path, None)


BROKEN: dict[str, Any] = {
    "no file": None,
    "no JSON": "{",
    "another shape": "{}",
    "another format": '{"format": 2}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_saved_preview_is_bad_usage(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / PREVIEW).write_text(content)
    with pytest.raises(UsageError):
        load(tmp_path)


def test_a_state_is_the_same_when_it_is_only_written_again() -> None:
    again = {
        **BUCKET,
        "inputs": {"bucket": "b", "key": {**SECRET, "ciphertext": "v1:two"}},
        "modified": "2026-11-22",
    }
    assert state_digest({"resources": [BUCKET]}) == state_digest({"resources": [again]})


@pytest.mark.parametrize(
    "deployment",
    [
        {},
        {"resources": [{**BUCKET, "inputs": {"bucket": "c", "key": SECRET}}]},
        {"resources": [BUCKET], "pending_operations": [{"type": "creating"}]},
    ],
)
def test_another_state_has_another_digest(deployment: dict[str, Any]) -> None:
    assert state_digest({"resources": [BUCKET]}) != state_digest(deployment)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    folder.mkdir()
    (folder / "program.py").write_text("one\n")
    (folder / ".gitignore").write_text("ignored\n")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return folder


def git(folder: Path, *arguments: str) -> None:
    settings = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    subprocess.run(["git", "-C", str(folder), *settings, *arguments], check=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=next")


def test_the_tree_is_that_of_the_files_as_they_are(clone: Path) -> None:
    out = clone / "out"
    first = read_source(clone, out)
    assert first.edited == ()
    (clone / "program.py").write_text("two\n")
    (clone / "ignored").write_text("x")
    edited = read_source(clone, out)
    assert (edited.edited, edited.commit) == (("program.py",), first.commit)
    assert edited.tree != first.tree
    commit(clone)
    committed = read_source(clone, out)
    assert (committed.tree, committed.edited) == (edited.tree, ())
    assert committed.commit != first.commit


def test_new_files_count_and_results_do_not(clone: Path) -> None:
    out = clone / "out"
    first = read_source(clone, out)
    out.mkdir()
    (out / "plan.json").write_text("{}")
    assert read_source(clone, out) == first
    (clone / "extra.py").write_text("x")
    assert read_source(clone, out).edited == ("extra.py",)


def test_reading_the_source_leaves_the_clone_as_it_is(clone: Path) -> None:
    (clone / "extra.py").write_text("x")
    before = contents(clone)
    read_source(clone, clone / "out")
    assert contents(clone) == before


def contents(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_commit_that_is_not_there_is_bad_usage(clone: Path) -> None:
    with pytest.raises(UsageError, match="no commit 'nowhere'"):
        resolved(clone, "nowhere")


def test_a_folder_outside_of_git_is_bad_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a git repository"):
        read_source(tmp_path, tmp_path / "out")
