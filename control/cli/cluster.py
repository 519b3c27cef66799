"""The few calls to the Kubernetes API that the command line makes, as plain documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx
from lightkube import Client
from lightkube.core.exceptions import ApiError, ConfigError
from lightkube.core.resource_registry import resource_registry
from lightkube.generic_resource import (
    GenericGlobalResource,
    GenericNamespacedResource,
    create_global_resource,
    create_namespaced_resource,
)
from lightkube.types import CascadeType, PatchType

from control.cli.errors import CliError, UsageError
from control.warehouses.names import GROUP, VERSION

Document = dict[str, Any]
Resource = type[GenericNamespacedResource] | type[GenericGlobalResource]

MANAGER = "byoc"
EVERYWHERE = "*"
NO_FIELD = "<nil>"
UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT, INVALID = 401, 403, 404, 409, 422


@dataclass(frozen=True, kw_only=True)
class Kind:
    group: str
    version: str
    name: str
    plural: str
    namespaced: bool = True

    def resource(self) -> Resource:
        """Made once for a process: the client library refuses a second one of the core group."""
        version = f"{self.group}/{self.version}" if self.group else self.version
        known: Any = resource_registry.get(version, self.name)
        if known is not None:
            return cast("Resource", known)
        create = create_namespaced_resource if self.namespaced else create_global_resource
        made: Resource = create(self.group, self.version, self.name, self.plural)
        return made


WAREHOUSE = Kind(group=GROUP, version=VERSION, name="Warehouse", plural="warehouses")
SERVICE = Kind(group=GROUP, version=VERSION, name="Service", plural="services")
BACKUP = Kind(group=GROUP, version=VERSION, name="Backup", plural="backups")
CLIENT_SERVICE = Kind(group="", version="v1", name="Service", plural="services")
POD = Kind(group="", version="v1", name="Pod", plural="pods")
CONFIG_MAP = Kind(group="", version="v1", name="ConfigMap", plural="configmaps")
SECRET = Kind(group="", version="v1", name="Secret", plural="secrets")
EVENT = Kind(group="", version="v1", name="Event", plural="events")
NODE = Kind(group="", version="v1", name="Node", plural="nodes", namespaced=False)
DEPLOYMENT = Kind(group="apps", version="v1", name="Deployment", plural="deployments")
STATEFUL_SET = Kind(group="apps", version="v1", name="StatefulSet", plural="statefulsets")
DAEMON_SET = Kind(group="apps", version="v1", name="DaemonSet", plural="daemonsets")


class NotFoundError(CliError):
    """The object is not there."""


class UnreachableError(CliError):
    """No answer from the API server."""


class Cluster:
    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def server(self) -> str:
        return str(self._client.config.cluster.server)

    def version(self) -> str:
        """The API server's version; the cheapest proof that it answers."""
        with translated("read the cluster's version"):
            answer = self.http().get("/version")
            answer.raise_for_status()
            return str(answer.json()["gitVersion"])

    def get(self, kind: Kind, name: str, namespace: str | None = None) -> Document:
        with translated(f"read {kind.name} {name}"):
            where = {"namespace": namespace} if kind.namespaced else {}
            found: Any = self._client.get(kind.resource(), name, **where)
            return dict(found)

    def find(self, kind: Kind, name: str, namespace: str | None = None) -> Document | None:
        try:
            return self.get(kind, name, namespace)
        except NotFoundError:
            return None

    def list(
        self,
        kind: Kind,
        namespace: str | None = None,
        *,
        labels: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> list[Document]:
        with translated(f"list {kind.plural}"):
            where: dict[str, Any] = {"namespace": namespace} if kind.namespaced else {}
            where |= {"labels": dict(labels)} if labels else {}
            where |= {"fields": dict(fields)} if fields else {}
            found: Any = self._client.list(kind.resource(), **where)
            return [dict(item) for item in found]

    def create(self, kind: Kind, document: Document) -> Document:
        name, namespace = document["metadata"]["name"], document["metadata"]["namespace"]
        with translated(f"create {kind.name} {name}"):
            made: Any = kind.resource().from_dict(document)
            return dict(self._client.create(made, namespace=namespace, field_manager=MANAGER))

    def patch(self, kind: Kind, name: str, namespace: str, change: Document) -> Document:
        """Merge patch: only what is named changes."""
        with translated(f"change {kind.name} {name}"):
            resource: Any = kind.resource()
            changed: Any = self._client.patch(
                resource,
                name,
                change,
                namespace=namespace,
                patch_type=PatchType.MERGE,
                field_manager=MANAGER,
            )
            return dict(changed)

    def delete(self, kind: Kind, name: str, namespace: str) -> None:
        with translated(f"delete {kind.name} {name}"):
            resource: Any = kind.resource()
            self._client.delete(resource, name, namespace=namespace, cascade=CascadeType.BACKGROUND)

    def logs(
        self, pod: str, namespace: str, *, container: str, tail: int, follow: bool
    ) -> Iterator[str]:
        """Lines as they come; a quiet server may take any time for its next one."""
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/log"
        params = {"container": container, "tailLines": str(tail), "follow": str(follow).lower()}
        with (
            translated(f"read the log of {pod}"),
            self.http() as client,
            client.stream("GET", path, params=params) as response,
        ):
            if response.is_error:
                response.read()
            response.raise_for_status()
            yield from response.iter_lines()

    def http(self) -> httpx.Client:
        """Requests of other kinds to the API server, with the same identity."""
        from lightkube.config import client_adapter

        params = client_adapter.ConnectionParams(timeout=httpx.Timeout(10, read=None))
        return client_adapter.Client(self._client.config, params)


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Errors of the API and of the way to it, as ours."""
    try:
        yield
    except ApiError as error:
        raise refusal(doing, error.status.code or 0, message_of(error)) from error
    except httpx.HTTPStatusError as error:
        raise refusal(doing, error.response.status_code, status_message(error)) from error
    except httpx.HTTPError as error:
        raise UnreachableError(
            f"Could not {doing}: the API server does not answer ({error or type(error).__name__}).",
            "Is the way to the cluster open? `byoc local status` tells of the local one.",
        ) from error
    except ConfigError as error:
        raise CliError(f"Could not {doing}: {error}", "Look at the kubeconfig.") from error


def message_of(error: ApiError) -> str:
    """One line for each field that is wrong, where the API server tells them apart."""
    details: Any = error.status.details
    causes = list(getattr(details, "causes", None) or ())
    lines = [
        f"{cause.field if cause.field != NO_FIELD else 'the object'}: {cause.message}"
        for cause in causes
    ]
    return (
        "\n  ".join(["the API server refuses it.", *lines]) if lines else error.status.message or ""
    )


def status_message(error: httpx.HTTPStatusError) -> str:
    try:
        return str(error.response.json()["message"])
    except (ValueError, KeyError, TypeError):
        return error.response.reason_phrase


def refusal(doing: str, code: int, message: str) -> CliError:
    text = f"Could not {doing}: {message}"
    if code == NOT_FOUND:
        return NotFoundError(text, "Is everything of the deployment there? `byoc status` tells.")
    if code == INVALID:
        return UsageError(text)
    if code == CONFLICT:
        return CliError(text, "Somebody else changed it meanwhile, or it is there already.")
    if code == UNAUTHORIZED:
        return CliError(text, "The cluster does not know this identity: it needs an access entry.")
    if code == FORBIDDEN:
        return CliError(text, "This identity may not do that: ask for the right in the cluster.")
    return CliError(text)
