"""How requests authenticate: fixed tokens and certificates, and exec plugins until they expire."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from local.plugins.kubernetes.kubeconfig import ExecPlugin, KubeconfigError, User

EXEC_WITHIN = timedelta(seconds=60)
RENEW_BEFORE = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Credential:
    header: str | None = None
    certificate: bytes | None = None
    key: bytes | None = None
    expires_at: datetime | None = None


class Credentials:
    """The credential of a user, renewed when it expires or is refused."""

    def __init__(self, user: User) -> None:
        self._user = user
        self._lock = threading.Lock()
        self._cached: Credential | None = None

    def current(self) -> Credential:
        user = self._user
        if user.exec_plugin is None:
            return Credential(header=_header(user), certificate=user.certificate, key=user.key)
        with self._lock:
            if self._cached is None or _expired(self._cached):
                self._cached = run_exec_plugin(user.exec_plugin)
            return self._cached

    def refused(self, credential: Credential) -> bool:
        """Forget a credential that the server did not take; says whether another may help."""
        with self._lock:
            if self._user.exec_plugin is None:
                return False
            if self._cached is credential:
                self._cached = None
            return True


def run_exec_plugin(plugin: ExecPlugin) -> Credential:
    info = {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": {}}
    info["spec"] = {"interactive": False}
    env = os.environ | plugin.env | {"KUBERNETES_EXEC_INFO": json.dumps(info)}
    command = plugin.command
    if "/" in command:
        command = str(plugin.folder / command)
    try:
        done = subprocess.run(
            [command, *plugin.args],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=EXEC_WITHIN.total_seconds(),
        )
    except FileNotFoundError as error:
        raise KubeconfigError(
            f"the kubeconfig gets its token from {plugin.command!r}, which is not on PATH. "
            f"{plugin.install_hint}".strip()
        ) from error
    except subprocess.TimeoutExpired as error:
        raise KubeconfigError(f"{plugin.command} gave no token within {EXEC_WITHIN}") from error
    if done.returncode:
        reason = done.stderr.strip() or "no message"
        raise KubeconfigError(f"{plugin.command} exited with {done.returncode}: {reason}")
    return _parsed(plugin, done.stdout)


def _parsed(plugin: ExecPlugin, output: str) -> Credential:
    try:
        status = json.loads(output)["status"]
    except (ValueError, KeyError, TypeError) as error:
        raise KubeconfigError(f"{plugin.command} printed no ExecCredential with status") from error
    expires = status.get("expirationTimestamp")
    token = status.get("token")
    certificate, key = status.get("clientCertificateData"), status.get("clientKeyData")
    return Credential(
        header=f"Bearer {token}" if token else None,
        certificate=certificate.encode() if certificate else None,
        key=key.encode() if key else None,
        expires_at=datetime.fromisoformat(expires) if expires else None,
    )


def _expired(credential: Credential) -> bool:
    at = credential.expires_at
    return at is not None and datetime.now(UTC) >= at - RENEW_BEFORE


def _header(user: User) -> str | None:
    if user.token_file is not None:
        return f"Bearer {user.token_file.read_text().strip()}"
    if user.token:
        return f"Bearer {user.token}"
    return f"Basic {user.basic}" if user.basic else None
