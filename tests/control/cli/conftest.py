"""Commands as they are typed, each in a folder of its own and without the caller's settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

FOREIGN = ("AWS_", "PULUMI_", "KUBE", "BYOC_")


@dataclass(frozen=True, kw_only=True)
class Answer:
    code: int
    out: str
    err: str

    def ok(self) -> Answer:
        assert self.code == 0, f"exit {self.code}\n{self.out}\n{self.err}"
        return self


Byoc = Callable[..., Answer]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working folder; the environment is put back, whatever a command sets in it."""
    monkeypatch.chdir(tmp_path)
    before = dict(os.environ)
    for name in before:
        if name.startswith(FOREIGN):
            del os.environ[name]
    yield tmp_path
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def byoc(folder: Path) -> Byoc:
    """Run `byoc` in this process; `typed` is what stdin holds."""

    def run(*arguments: str, typed: str = "") -> Answer:
        from control.cli.root import app

        result: Any = CliRunner().invoke(app, list(arguments), input=typed)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(code=result.exit_code, out=result.stdout, err=result.stderr)

    return run


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """stdin counts as a terminal, so that questions are asked."""
    monkeypatch.setattr("control.cli.confirmation.require_terminal", lambda _doing: None)
