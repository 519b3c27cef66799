"""A kubeconfig, as far as it says how to reach one cluster as one user."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from local.plugins.provider import PluginError


class KubeconfigError(PluginError):
    """The kubeconfig cannot be used; the message says why."""


@dataclass(frozen=True, kw_only=True)
class ExecPlugin:
    """A command that prints an ExecCredential."""

    command: str
    args: tuple[str, ...]
    env: Mapping[str, str]
    api_version: str
    install_hint: str
    folder: Path


@dataclass(frozen=True, kw_only=True)
class User:
    """At most one way to authenticate is set; the certificate comes with its key."""

    token: str | None = None
    token_file: Path | None = None
    certificate: bytes | None = None
    key: bytes | None = None
    basic: str | None = None
    exec_plugin: ExecPlugin | None = None


@dataclass(frozen=True, kw_only=True)
class ClusterAccess:
    server: str
    ca: bytes | None = None
    insecure: bool = False
    tls_server_name: str | None = None
    namespace: str = "default"
    user: User = field(default_factory=User)


def parse_kubeconfig(
    given: str, *, context: str | None = None, cluster: str | None = None
) -> ClusterAccess:
    """`given` is the content of a kubeconfig or the path of one."""
    document, folder = _document(given)
    chosen = context or document.get("current-context")
    if not chosen:
        raise KubeconfigError("the kubeconfig has no current-context, and no context is configured")
    entry = _named(document, "contexts", chosen, "context")
    cluster_entry = _named(document, "clusters", cluster or entry.get("cluster"), "cluster")
    user_entry = _named(document, "users", entry["user"], "user") if entry.get("user") else {}
    if not cluster_entry.get("server"):
        raise KubeconfigError(f"the kubeconfig's cluster {entry.get('cluster')!r} has no server")
    if cluster_entry.get("proxy-url"):
        raise KubeconfigError("the kubeconfig has a proxy-url, which this plugin does not support")
    return ClusterAccess(
        server=cluster_entry["server"].rstrip("/"),
        ca=_content(cluster_entry, "certificate-authority", folder),
        insecure=bool(cluster_entry.get("insecure-skip-tls-verify")),
        tls_server_name=cluster_entry.get("tls-server-name"),
        namespace=entry.get("namespace") or "default",
        user=_user(user_entry, folder),
    )


def _document(given: str) -> tuple[dict[str, Any], Path]:
    folder = Path.cwd()
    if "\n" not in given and not given.lstrip().startswith("{"):
        file = Path(given).expanduser()
        if not file.is_file():
            raise KubeconfigError(f"the kubeconfig file {given} does not exist")
        given, folder = file.read_text(), file.parent
    try:
        document = yaml.safe_load(given)
    except yaml.YAMLError as error:
        raise KubeconfigError(f"the kubeconfig is not YAML: {error}") from error
    if not isinstance(document, dict):
        raise KubeconfigError("the kubeconfig is empty or no document with clusters and users")
    return document, folder


def _named(document: dict[str, Any], group: str, name: Any, what: str) -> dict[str, Any]:
    for entry in document.get(group) or []:
        if entry.get("name") == name:
            return dict(entry.get(what) or {})
    raise KubeconfigError(f"the kubeconfig has no {what} {name!r}")


def _user(entry: dict[str, Any], folder: Path) -> User:
    if entry.get("auth-provider"):
        raise KubeconfigError("the kubeconfig's user has an auth-provider: use exec instead")
    basic = f"{entry['username']}:{entry.get('password', '')}" if entry.get("username") else None
    token_file = entry.get("tokenFile")
    return User(
        token=entry.get("token"),
        token_file=folder / token_file if token_file else None,
        certificate=_content(entry, "client-certificate", folder),
        key=_content(entry, "client-key", folder),
        basic=base64.b64encode(basic.encode()).decode() if basic else None,
        exec_plugin=_exec_plugin(entry["exec"], folder) if entry.get("exec") else None,
    )


def _exec_plugin(entry: dict[str, Any], folder: Path) -> ExecPlugin:
    return ExecPlugin(
        command=entry["command"],
        args=tuple(entry.get("args") or ()),
        env={item["name"]: item["value"] for item in entry.get("env") or ()},
        api_version=entry.get("apiVersion", "client.authentication.k8s.io/v1"),
        install_hint=entry.get("installHint", ""),
        folder=folder,
    )


def _content(entry: dict[str, Any], name: str, folder: Path) -> bytes | None:
    if data := entry.get(f"{name}-data"):
        return base64.b64decode(data)
    if not entry.get(name):
        return None
    try:
        return Path(folder, entry[name]).read_bytes()
    except OSError as error:
        raise KubeconfigError(f"the kubeconfig's {name} cannot be read: {error}") from error
