"""Which stack a command is about, and what is refused before the engine starts."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from control.cli import extensions, stack
from control.cli.errors import CliError, UsageError
from control.cli.stack import choose
from tests.control.cli.conftest import Byoc


@dataclass(frozen=True)
class Listed:
    name: str
    current: bool = False


@pytest.fixture
def project(folder: Path) -> Path:
    (folder / "Pulumi.yaml").write_text("name: clickhouse-byoc\nruntime: python\n")
    (folder / "Pulumi.acme.yaml").write_text("config: {}\n")
    return folder


@pytest.fixture
def backend(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[Listed]:
    stacks: list[Listed] = []

    class Workspace:
        def list_stacks(self) -> list[Listed]:
            return stacks

    def opened(_project: Path) -> tuple[Any, Any]:
        return Workspace(), None

    monkeypatch.setattr(stack, "open_workspace", opened)
    monkeypatch.setattr(stack.shutil, "which", lambda name: f"/bin/{name}")
    return stacks


@pytest.fixture
def local(project: Path) -> None:
    state = project / ".byoc" / "local"
    state.mkdir(parents=True)
    (state / "env.json").write_text(json.dumps({"PULUMI_BACKEND_URL": "file:///state"}))


def test_the_named_one_wins(backend: list[Listed]) -> None:
    backend.append(Listed("other", current=True))
    assert choose("acme")[1] == "acme"


def test_the_selected_one_then_the_only_one(backend: list[Listed]) -> None:
    backend.append(Listed("only"))
    assert choose(None)[1] == "only"
    backend.append(Listed("selected", current=True))
    assert choose(None)[1] == "selected"


def test_several_and_none_selected(backend: list[Listed]) -> None:
    backend.extend([Listed("a"), Listed("b")])
    with pytest.raises(UsageError) as caught:
        choose(None)
    assert "a, b" in caught.value.remedy


def test_none_at_all_names_the_stack_files(backend: list[Listed]) -> None:
    with pytest.raises(UsageError) as caught:
        choose(None)
    assert "pulumi stack init" in caught.value.remedy
    assert "acme" in caught.value.remedy


def test_none_but_a_local_cloud(backend: list[Listed], local: None) -> None:
    assert choose(None)[1] == "local"
    assert os.environ["PULUMI_BACKEND_URL"] == "file:///state"


def test_the_local_environment_is_for_the_local_stack_alone(
    backend: list[Listed], local: None
) -> None:
    choose("acme")
    assert "PULUMI_BACKEND_URL" not in os.environ


def test_without_pulumi_the_local_cloud_brings_it(
    project: Path, local: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert choose(None)[1] == "local"


def test_without_pulumi_it_says_where_to_get_it(
    project: Path, byoc: Byoc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(extensions, "checks", list)
    answer = byoc("preview", "--stack", "acme")
    assert answer.code == 1
    assert "The Pulumi CLI is not on PATH" in answer.err
    assert "byoc local up" in answer.err


def test_outside_of_a_project(folder: Path, byoc: Byoc) -> None:
    answer = byoc("preview", "--stack", "acme")
    assert (answer.code, "There is no Pulumi.yaml" in answer.err) == (2, True)


def test_the_name_may_come_from_the_environment(
    project: Path, byoc: Byoc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYOC_STACK", "none")
    answer = byoc("preview")
    assert (answer.code, "Pulumi.none.yaml" in answer.err) == (2, True)
    assert "Pulumi.acme.yaml" in answer.err


@pytest.mark.parametrize("command", [("up", "--yes"), ("preview",)])
def test_a_bad_configuration_ends_with_2_before_the_engine_starts(
    project: Path, byoc: Byoc, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwanted(*_: object) -> None:
        raise AssertionError("the engine was started")

    monkeypatch.setattr(stack, "open_workspace", unwanted)
    seen: list[Path] = []

    def check(file: Path) -> str:
        seen.append(file)
        return "Pulumi.acme.yaml: 2 problems, nothing was planned.\n  byoc:account: ..."

    monkeypatch.setattr(extensions, "checks", lambda: [check, lambda _file: None])
    answer = byoc(*command, "--stack", "acme")
    assert answer.code == 2
    assert "2 problems" in answer.err
    assert "byoc:account" in answer.err
    assert seen == [project / "Pulumi.acme.yaml"]


def test_the_check_of_the_program_s_package_is_found() -> None:
    [check] = extensions.checks()
    assert "3 problems" in (check(Path(__file__).parent / "empty.yaml") or "")


@pytest.mark.parametrize("command", ["up", "refresh", "destroy"])
def test_without_a_terminal_yes_must_be_said(project: Path, byoc: Byoc, command: str) -> None:
    answer = byoc(command, "--stack", "acme")
    assert (answer.code, "--yes" in answer.err) == (2, True)


def test_an_engine_of_another_generation_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from pulumi.automation import InvalidVersionError

    with pytest.raises(CliError, match="too old"), stack.translated("acme"):
        raise InvalidVersionError("too old")
