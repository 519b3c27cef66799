"""Reading a kubeconfig, and getting credentials by it."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.plugins.kubernetes.credentials import Credentials
from local.plugins.kubernetes.kubeconfig import (
    ExecPlugin,
    KubeconfigError,
    User,
    parse_kubeconfig,
)

DOCUMENT: dict[str, Any] = {
    "current-context": "here",
    "contexts": [
        {"name": "here", "context": {"cluster": "c", "user": "u", "namespace": "team"}},
        {"name": "there", "context": {"cluster": "d", "user": "u"}},
    ],
    "clusters": [
        {"name": "c", "cluster": {"server": "https://one:6443/"}},
        {"name": "d", "cluster": {"server": "https://two", "insecure-skip-tls-verify": True}},
    ],
    "users": [{"name": "u", "user": {"token": "abc"}}],
}


def test_content_or_path_names_cluster_user_and_namespace(tmp_path: Path) -> None:
    text = yaml.safe_dump(DOCUMENT)
    access = parse_kubeconfig(text)
    assert (access.server, access.namespace, access.user.token) == (
        "https://one:6443",
        "team",
        "abc",
    )
    file = tmp_path / "config"
    file.write_text(json.dumps(DOCUMENT))
    assert parse_kubeconfig(str(file)) == access
    other = parse_kubeconfig(text, context="there")
    assert (other.server, other.insecure, other.namespace) == ("https://two", True, "default")
    assert parse_kubeconfig(text, cluster="d").server == "https://two"


BAD = {
    "no such file": ("/nowhere/config", "the kubeconfig file /nowhere/config does not exist"),
    "no context": (json.dumps(DOCUMENT | {"current-context": ""}), "has no current-context"),
    "missing context": (json.dumps(DOCUMENT | {"current-context": "x"}), "has no context 'x'"),
    "missing cluster": (json.dumps(DOCUMENT | {"clusters": []}), "has no cluster 'c'"),
    "not YAML": ("a: [\n", "is not YAML"),
    "old authentication": (
        json.dumps(DOCUMENT | {"users": [{"name": "u", "user": {"auth-provider": {"name": "x"}}}]}),
        "auth-provider",
    ),
    "missing certificate": (
        json.dumps(DOCUMENT | {"users": [{"name": "u", "user": {"client-key": "/nowhere/key"}}]}),
        "client-key cannot be read",
    ),
}


@pytest.mark.parametrize(("given", "expected"), BAD.values(), ids=BAD.keys())
def test_unusable_kubeconfig_is_refused_with_the_reason(given: str, expected: str) -> None:
    with pytest.raises(KubeconfigError, match=re.escape(expected)):
        parse_kubeconfig(given)


COUNTING = """
import json, os, pathlib, sys
log = pathlib.Path(sys.argv[1])
log.write_text(log.read_text() + "x" if log.exists() else "x")
assert json.loads(os.environ["KUBERNETES_EXEC_INFO"])["kind"] == "ExecCredential"
status = {"token": f"token-{len(log.read_text())}-{os.environ['REGION']}"}
if sys.argv[2]:
    status["expirationTimestamp"] = sys.argv[2]
print(json.dumps({"kind": "ExecCredential", "status": status}))
"""


def exec_user(tmp_path: Path, expires_in: timedelta | None) -> User:
    expires = "" if expires_in is None else (datetime.now(UTC) + expires_in).isoformat()
    return User(
        exec_plugin=ExecPlugin(
            command=sys.executable,
            args=("-c", COUNTING, str(tmp_path / "calls"), expires),
            env={"REGION": "eu"},
            api_version="client.authentication.k8s.io/v1",
            install_hint="",
            folder=tmp_path,
        )
    )


def test_exec_credential_is_kept_until_it_expires_or_is_refused(tmp_path: Path) -> None:
    lasting = Credentials(exec_user(tmp_path, timedelta(hours=1)))
    first = lasting.current()
    assert first.header == "Bearer token-1-eu"
    assert lasting.current() is first
    assert lasting.refused(first)
    assert lasting.current().header == "Bearer token-2-eu"
    short = Credentials(exec_user(tmp_path, timedelta(seconds=5)))
    assert [short.current().header for _ in range(2)] == ["Bearer token-3-eu", "Bearer token-4-eu"]


def test_fixed_token_is_not_asked_for_again() -> None:
    credentials = Credentials(User(token="abc"))
    assert credentials.current().header == "Bearer abc"
    assert not credentials.refused(credentials.current())


def test_missing_exec_command_is_named(tmp_path: Path) -> None:
    plugin = ExecPlugin(
        command="no-such-command",
        args=(),
        env={},
        api_version="client.authentication.k8s.io/v1",
        install_hint="Install it by make up.",
        folder=tmp_path,
    )
    with pytest.raises(KubeconfigError, match=r"'no-such-command', which is not on PATH\. Install"):
        Credentials(User(exec_plugin=plugin)).current()
