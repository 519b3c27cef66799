"""Which cluster a command speaks to, and as whom."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from control.cli import connection
from control.cli.connection import connect, prepare_exec
from control.cli.errors import CliError
from control.cli.local_environment import applied, find_local_environment


def kubeconfig(server: str) -> str:
    return json.dumps(
        {
            "current-context": "c",
            "clusters": [{"name": "c", "cluster": {"server": server}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
            "users": [{"name": "u", "user": {"token": "t"}}],
        }
    )


@pytest.fixture
def local(folder: Path) -> Path:
    """A local cloud is up for this folder."""
    (folder / "local.kubeconfig").write_text(kubeconfig("https://local"))
    state = folder / ".byoc" / "local"
    state.mkdir(parents=True)
    variables = {"PATH_PREFIX": "/local/bin", "KUBECONFIG": str(folder / "local.kubeconfig")}
    (state / "env.json").write_text(json.dumps(variables))
    return folder


@pytest.fixture
def mine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "mine.kubeconfig").write_text(kubeconfig("https://mine"))
    monkeypatch.setenv("KUBECONFIG", str(folder / "mine.kubeconfig"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The stacks whose output was asked for."""
    stacks: list[str | None] = []

    def answer(stack: str | None) -> Any:
        stacks.append(stack)
        return connection.cluster_from_text(kubeconfig("https://stack"), "s")

    monkeypatch.setattr(connection, "cluster_of_stack", answer)
    return stacks


def test_kubeconfig_of_the_environment(mine: None) -> None:
    assert connect(None).server == "https://mine"


def test_it_goes_before_a_local_cloud_that_happens_to_be_up(mine: None, local: Path) -> None:
    assert connect(None).server == "https://mine"
    assert connect("local").server == "https://local"


def test_the_local_cloud_without_any_other_hint(local: Path) -> None:
    assert connect(None).server == "https://local"
    assert os.environ["PATH"].startswith("/local/bin:")


def test_a_named_stack_is_asked_for_its_own(mine: None, asked: list[str | None]) -> None:
    assert connect("production").server == "https://stack"
    assert asked == ["production"]


def test_without_any_hint_the_selected_stack_is_asked(
    folder: Path, asked: list[str | None]
) -> None:
    assert connect(None).server == "https://stack"
    assert asked == [None]


def test_an_output_that_is_no_kubeconfig_is_told() -> None:
    with pytest.raises(CliError, match="no kubeconfig") as caught:
        connection.cluster_from_text("", "acme")
    assert "byoc status --stack acme" in caught.value.remedy


BAD_FILES = {"missing": None, "not YAML": "a: [", "no contexts": "{}"}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_kubeconfig_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(folder / "bad"))
    if content is not None:
        (folder / "bad").write_text(content)
    with pytest.raises(CliError, match="kubeconfig"):
        connect(None)


def test_tokens_come_from_this_very_program() -> None:
    user: dict[str, Any] = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": "byoc",
            "args": ["kube-token"],
        }
    }
    prepare_exec(user)
    assert user["exec"]["apiVersion"] == "client.authentication.k8s.io/v1beta1"
    assert Path(user["exec"]["command"]).is_absolute()
    assert Path(user["exec"]["command"]).name == "byoc"


def test_the_local_environment_stands_in_front_of_path_once(local: Path) -> None:
    deeper = local / "a" / "b"
    deeper.mkdir(parents=True)
    variables = find_local_environment(deeper)
    assert variables
    once = applied(variables, {"PATH": "/usr/bin", "HOME": "/root"})
    assert once["PATH"] == "/local/bin:/usr/bin"
    assert once["HOME"] == "/root"
    assert "PATH_PREFIX" not in once
    assert applied(variables, once) == once


def test_a_broken_local_environment_is_told(local: Path) -> None:
    (local / ".byoc/local/env.json").write_text("{")
    with pytest.raises(CliError, match="cannot be read") as caught:
        find_local_environment(local)
    assert "byoc local up" in caught.value.remedy
