"""Which kinds the cluster has, and under which paths."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from urllib.parse import quote

from local.plugins.kubernetes.client import ApiError, Client
from local.plugins.provider import PluginError


@dataclass(frozen=True, kw_only=True)
class ObjectKind:
    """`api_version` is `v1` or `<group>/<version>`."""

    api_version: str
    kind: str

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    def __str__(self) -> str:
        return f"{self.api_version}/{self.kind}"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where objects of a kind are served."""

    api_version: str
    plural: str
    namespaced: bool

    def path(self, namespace: str | None, name: str | None = None) -> str:
        prefix = "/apis" if "/" in self.api_version else "/api"
        scope = f"/namespaces/{quote(namespace, safe='')}" if self.namespaced and namespace else ""
        object_ = f"/{quote(name, safe='')}" if name else ""
        return f"{prefix}/{self.api_version}{scope}/{self.plural}{object_}"


class UnknownKindError(PluginError):
    """The cluster does not serve a kind (yet)."""

    def __init__(self, kind: ObjectKind, server: str) -> None:
        super().__init__(
            f"the cluster at {server} has no kind {kind.kind} in {kind.api_version}; "
            "is its CustomResourceDefinition missing, or is the name wrong?"
        )


class Discovery:
    """Asks for each group and version once, and again when a kind is not in it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._versions: dict[str, dict[str, Endpoint]] = {}

    def endpoint(self, kind: ObjectKind) -> Endpoint:
        with self._lock:
            known = self._versions.get(kind.api_version, {})
            if kind.kind not in known:
                known = self._fetch(kind.api_version)
                self._versions[kind.api_version] = known
        if kind.kind not in known:
            raise UnknownKindError(kind, self._client.access.server)
        return known[kind.kind]

    def forget(self, group: str) -> None:
        """A definition of the group has come, gone or changed."""
        with self._lock:
            for api_version in [v for v in self._versions if v.rpartition("/")[0] == group]:
                del self._versions[api_version]

    def _fetch(self, api_version: str) -> dict[str, Endpoint]:
        prefix = "/apis" if "/" in api_version else "/api"
        try:
            found = self._client.get(f"{prefix}/{api_version}")
        except ApiError as error:
            if error.code == 404:
                return {}
            raise
        return {
            item["kind"]: Endpoint(
                api_version=api_version, plural=item["name"], namespaced=item["namespaced"]
            )
            for item in found.get("resources", [])
            if "/" not in item["name"]
        }
