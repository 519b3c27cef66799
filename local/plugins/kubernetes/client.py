"""Requests to one API server: TLS, credentials, retries, errors with the server's own words."""

from __future__ import annotations

import json
import logging
import ssl
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

from local.plugins.kubernetes.credentials import Credential, Credentials
from local.plugins.kubernetes.kubeconfig import ClusterAccess
from local.plugins.provider import PluginError

RETRIES = urllib3.Retry(
    total=6,
    backoff_factor=0.2,
    backoff_max=5,
    status_forcelist=(429, 502, 503, 504),
    allowed_methods=None,
    raise_on_status=False,
)
"""All that we send can be sent twice. Honours Retry-After."""

INTERNAL_ERROR_PAUSES_S = (0.2, 0.5, 1.0)
WRONG_FIELD = "typed patch object"
"""What the API server says, with status 500, of an apply that has an unknown field."""

REQUEST_WITHIN_S = 60
CONNECTIONS = 64
APPLY = "application/apply-patch+yaml"


class Unreachable(PluginError):  # noqa: N818 (reads as the state of the cluster)
    """The API server does not answer."""


class ApiError(PluginError):
    """The API server refuses a request."""

    def __init__(self, code: int, status: Mapping[str, Any]) -> None:
        super().__init__(str(status.get("message") or f"status {code}"))
        self.code = code
        self.reason = str(status.get("reason", ""))
        self.details: Mapping[str, Any] = status.get("details") or {}


@dataclass(frozen=True, kw_only=True)
class Answer:
    body: dict[str, Any]
    warnings: tuple[str, ...] = ()


class Client:
    """Safe for many threads."""

    def __init__(self, access: ClusterAccess) -> None:
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        self.access = access
        self._credentials = Credentials(access.user)
        self._lock = threading.Lock()
        self._pool: tuple[bytes | None, urllib3.PoolManager] | None = None

    def get(self, path: str, **query: str) -> dict[str, Any]:
        return self.request("GET", path, query=query).body

    def delete(self, path: str, options: Mapping[str, Any]) -> dict[str, Any]:
        return self.request("DELETE", path, body=options).body

    def apply(self, path: str, body: Mapping[str, Any], query: Mapping[str, str]) -> Answer:
        return self.request("PATCH", path, body=body, query=query, content_type=APPLY)

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Answer:
        url = f"{self.access.server}{path}" + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        for pause_s in INTERNAL_ERROR_PAUSES_S:
            try:
                return self._answered(method, url, data, content_type)
            except ApiError as error:
                if error.code != 500 or WRONG_FIELD in str(error):
                    raise
            time.sleep(pause_s)
        return self._answered(method, url, data, content_type)

    def _answered(self, method: str, url: str, data: bytes | None, content_type: str) -> Answer:
        credential = self._credentials.current()
        response = self._send(method, url, data, content_type, credential)
        if response.status == 401 and self._credentials.refused(credential):
            response = self._send(method, url, data, content_type, self._credentials.current())
        return _answer(response)

    def _send(
        self, method: str, url: str, data: bytes | None, content_type: str, credential: Credential
    ) -> urllib3.BaseHTTPResponse:
        headers = {"Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = content_type
        if credential.header:
            headers["Authorization"] = credential.header
        try:
            return self._connections(credential).request(
                method, url, body=data, headers=headers, retries=RETRIES, timeout=REQUEST_WITHIN_S
            )
        except urllib3.exceptions.HTTPError as error:
            reason = getattr(error, "reason", None) or error
            raise Unreachable(
                f"the cluster at {self.access.server} cannot be reached: {reason}"
            ) from error

    def _connections(self, credential: Credential) -> urllib3.PoolManager:
        with self._lock:
            if self._pool is None or self._pool[0] != credential.certificate:
                manager = urllib3.PoolManager(
                    maxsize=CONNECTIONS,
                    ssl_context=_ssl_context(self.access, credential),
                    server_hostname=self.access.tls_server_name,
                    assert_hostname=self.access.tls_server_name,
                )
                self._pool = (credential.certificate, manager)
            return self._pool[1]


def _ssl_context(access: ClusterAccess, credential: Credential) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=access.ca.decode() if access.ca else None)
    if access.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if credential.certificate and credential.key:
        with tempfile.TemporaryDirectory() as folder:  # the ssl module reads from files only
            file = Path(folder, "client.pem")
            file.write_bytes(credential.certificate + b"\n" + credential.key)
            context.load_cert_chain(file)
    return context


def _answer(response: urllib3.BaseHTTPResponse) -> Answer:
    try:
        body = json.loads(response.data)
    except ValueError:
        body = {"message": response.data.decode(errors="replace").strip()}
    if response.status >= 400:
        raise ApiError(response.status, body if isinstance(body, dict) else {})
    return Answer(body=body, warnings=tuple(_warnings(response)))


def _warnings(response: urllib3.BaseHTTPResponse) -> list[str]:
    """The texts of the `Warning: 299 - "text"` headers."""
    values = response.headers.getlist("Warning")
    return [value.split('"')[1] for value in values if value.count('"') >= 2]
