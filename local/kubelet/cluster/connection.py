"""How to reach the API server, read from a kubeconfig."""

from __future__ import annotations

import base64
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from local.kubelet.errors import KubeletError


@dataclass(frozen=True, kw_only=True)
class Connection:
    """The server's URL and the credentials that the kubeconfig's current context names."""

    server: str
    tls: ssl.SSLContext | None
    token: str | None

    @property
    def host(self) -> str:
        return urlsplit(self.server).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.server)
        return parts.port or (443 if parts.scheme == "https" else 80)


def read_kubeconfig(file: Path) -> Connection:
    config = yaml.safe_load(file.read_text())
    try:
        context = named(config, "contexts", config["current-context"])["context"]
        cluster = named(config, "clusters", context["cluster"])["cluster"]
        user = named(config, "users", context["user"])["user"]
        server = str(cluster["server"])
    except (KeyError, TypeError) as cause:
        raise KubeletError(f"The kubeconfig {file} lacks {cause}.") from cause
    tls = tls_context(cluster, user) if server.startswith("https:") else None
    return Connection(server=server.rstrip("/"), tls=tls, token=user.get("token"))


def named(config: Any, section: str, name: str) -> dict[str, Any]:
    for entry in config[section]:
        if entry["name"] == name:
            return dict(entry)
    raise KeyError(f"{section}/{name}")


def tls_context(cluster: dict[str, Any], user: dict[str, Any]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if authority := material(cluster, "certificate-authority"):
        context.load_verify_locations(cadata=authority)
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    certificate, key = material(user, "client-certificate"), material(user, "client-key")
    if certificate and key:
        load_client_pair(context, certificate, key)
    return context


def material(section: dict[str, Any], name: str) -> str | None:
    """PEM text, given inline or as a file's path."""
    if data := section.get(f"{name}-data"):
        return base64.b64decode(data).decode()
    if path := section.get(name):
        return Path(path).read_text()
    return None


def load_client_pair(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """OpenSSL reads client certificates from files only."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as pair:
        pair.write(f"{certificate}\n{key}\n")
        pair.flush()
        context.load_cert_chain(pair.name)
