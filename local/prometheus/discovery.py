"""Asks the Kubernetes API for targets and writes them where Prometheus reads them."""

from __future__ import annotations

import json
import ssl
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.prometheus.targets import node_targets, pod_targets
from local.prometheus.translation import Search

ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
TIMEOUT_S = 10

Object = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Api:
    """The API server, as a pod reaches it."""

    server: str
    ca_file: Path
    token_file: Path

    def items(self, path: str) -> list[Object]:
        # Read each time: the kubelet renews the token.
        token = self.token_file.read_text().strip()
        request = urllib.request.Request(  # noqa: S310 - https, from the pod's own environment
            f"{self.server}{path}", headers={"Authorization": f"Bearer {token}"}
        )
        context = ssl.create_default_context(cafile=str(self.ca_file))
        with urllib.request.urlopen(  # noqa: S310
            request, timeout=TIMEOUT_S, context=context
        ) as answer:
            found: list[Object] = json.load(answer)["items"]
            return found


def api_of_pod(env: Mapping[str, str]) -> Api:
    """As every pod is told; SERVICE_ACCOUNT_FOLDER where nothing can be mounted at its path."""
    folder = Path(env.get("SERVICE_ACCOUNT_FOLDER", ACCOUNT_FOLDER))
    host, port = env["KUBERNETES_SERVICE_HOST"], env["KUBERNETES_SERVICE_PORT"]
    return Api(
        server=f"https://{host}:{port}",
        ca_file=folder / "ca.crt",
        token_file=folder / "token",
    )


TARGETS: dict[str, Callable[[Object], Iterator[Object]]] = {
    "pod": pod_targets,
    "node": node_targets,
}


def found_targets(search: Search, api: Api) -> list[Object]:
    plural = f"{search.role}s"
    paths = [f"/api/v1/namespaces/{name}/{plural}" for name in search.namespaces]
    return [
        target
        for path in paths or [f"/api/v1/{plural}"]
        for item in api.items(path)
        for target in TARGETS[search.role](item)
    ]


def write_if_changed(file: Path, targets: list[Object]) -> None:
    text = json.dumps(targets, indent=1, sort_keys=True)
    if file.exists() and file.read_text() == text:
        return
    # Prometheus looks at *.json: the new text appears under that name at once and whole.
    part = file.with_suffix(".part")
    part.write_text(text)
    part.replace(file)
