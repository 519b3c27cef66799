"""What a plan was made from: the commit, and the files as they lie in the work tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from control.cli.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Source:
    commit: str
    tree: str
    """Git's digest of the whole work tree: equal for a merge that changed nothing else."""
    edited: tuple[str, ...] = ()
    """Files that differ from the commit."""


def read_source(project: Path, without: Path) -> Source:
    """The folder `without` holds results, not sources."""
    top = Path(git(project, "rev-parse", "--show-toplevel"))
    commit = resolved(project, "HEAD")
    tree = tree_of(top, without.resolve())
    changed = git(top, "diff-tree", "-r", "--name-only", commit, tree.id, env=tree.env)
    source = Source(commit=commit, tree=tree.id, edited=tuple(changed.splitlines()))
    tree.folder.cleanup()
    return source


@dataclass(frozen=True, kw_only=True)
class Tree:
    id: str
    env: dict[str, str]
    folder: tempfile.TemporaryDirectory[str]


def tree_of(top: Path, without: Path) -> Tree:
    """Written beside the repository, which stays as it is."""
    folder = tempfile.TemporaryDirectory()
    index, objects = Path(folder.name, "index"), Path(folder.name, "objects")
    objects.mkdir()
    own = top / git(top, "rev-parse", "--git-path", "index")
    if own.exists():
        shutil.copy(own, index)
    env = {
        "GIT_INDEX_FILE": str(index),
        "GIT_OBJECT_DIRECTORY": str(objects),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(
            (top / git(top, "rev-parse", "--git-path", "objects")).resolve()
        ),
    }
    git(top, "add", "--all", env=env)
    if without.is_relative_to(top.resolve()) and without != top.resolve():
        own_results = str(without.relative_to(top.resolve()))
        git(top, "rm", "-r", "-f", "-q", "--cached", "--ignore-unmatch", "--", own_results, env=env)
    return Tree(id=git(top, "write-tree", env=env), env=env, folder=folder)


def resolved(project: Path, revision: str) -> str:
    """The full id of a commit."""
    try:
        return git(project, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    except UsageError:
        raise UsageError(
            f"There is no commit {revision!r} in this clone.",
            "Name one that was fetched; a shallow clone has only the newest.",
        ) from None


def git(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            env={**os.environ, "LC_ALL": "C", **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError("git is not on PATH.", "A plan is bound to a commit.") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UsageError(
            f"git {arguments[0]} failed in {folder}: {said[-1] if said else 'no output'}",
            "A plan is bound to a commit: run this in a clone of the repository.",
        )
    return done.stdout.strip()
