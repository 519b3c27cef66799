"""The few calls to the Kubernetes API that the controller makes, as plain documents."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
from lightkube import Client
from lightkube.core.exceptions import ApiError
from lightkube.generic_resource import GenericNamespacedResource, create_namespaced_resource
from lightkube.models.meta_v1 import Status
from lightkube.types import CascadeType, PatchType

from control.controller.cluster import ClusterError
from control.warehouses.names import GROUP, MANAGER, VERSION

Document = dict[str, Any]
Resource = type[GenericNamespacedResource]

WAREHOUSE, SERVICE = f"{GROUP}/Warehouse", f"{GROUP}/Service"
BACKUP = f"{GROUP}/Backup"
NOT_FOUND, CONFLICT = 404, 409


class KubeError(ClusterError):
    """The API server did not do what it was asked."""


KINDS: Mapping[str, tuple[str, str, str]] = {
    "StatefulSet": ("apps", "v1", "statefulsets"),
    "PodDisruptionBudget": ("policy", "v1", "poddisruptionbudgets"),
    "NetworkPolicy": ("networking.k8s.io", "v1", "networkpolicies"),
    "Pod": ("", "v1", "pods"),
    "ConfigMap": ("", "v1", "configmaps"),
    "Secret": ("", "v1", "secrets"),
    "Service": ("", "v1", "services"),
    "PersistentVolumeClaim": ("", "v1", "persistentvolumeclaims"),
    "Event": ("", "v1", "events"),
    WAREHOUSE: (GROUP, VERSION, "warehouses"),
    SERVICE: (GROUP, VERSION, "services"),
    BACKUP: (GROUP, VERSION, "backups"),
}
"""Group, version and plural."""


def resource(group: str, version: str, kind: str, plural: str) -> Resource:
    made: Resource = create_namespaced_resource(group, version, kind, plural)
    return made


def url_of(kind: str, namespace: str) -> str:
    group, version, plural = KINDS[kind]
    root = f"/apis/{group}/{version}" if group else f"/api/{version}"
    return f"{root}/namespaces/{namespace}/{plural}"


RESOURCES: Mapping[str, Resource] = {
    kind: resource(group, version, kind.rpartition("/")[2], plural)
    for kind, (group, version, plural) in KINDS.items()
}


class KubeClient:
    def __init__(self, client: Client) -> None:
        self.client = client
        # lightkube prepares a class at its first use, and not for several threads at once.
        Status.from_dict({})  # type: ignore[no-untyped-call]

    def find(self, kind: str, namespace: str, name: str) -> Document | None:
        try:
            with translated(f"read {kind} {namespace}/{name}"):
                return dict(self.client.get(RESOURCES[kind], name, namespace=namespace))
        except KubeNotFoundError:
            return None

    def list(self, kind: str, namespace: str, labels: Mapping[str, str]) -> list[Document]:
        with translated(f"list {kind} in {namespace}"):
            found = self.client.list(RESOURCES[kind], namespace=namespace, labels=dict(labels))
            return [dict(item) for item in found]

    def told_of(self, kind: str, namespace: str, reasons: Sequence[str]) -> set[str]:
        """Names of the objects about which an event with one of these reasons is still kept."""
        return {
            dict(event)["involvedObject"]["name"]
            for reason in reasons
            for event in self.events(namespace, {"involvedObject.kind": kind, "reason": reason})
        }

    def events(self, namespace: str, fields: Mapping[str, str]) -> Sequence[Document]:
        with translated(f"list the events in {namespace}"):
            found = self.client.list(RESOURCES["Event"], namespace=namespace, fields=dict(fields))
            return [dict(event) for event in found]

    def freshen(self, kind: str, namespace: str, labels: Mapping[str, str]) -> bool:
        """Let what is read of these be no older than this call; False where it never is."""
        return False

    def freshen_one(self, kind: str, namespace: str, name: str) -> None:
        """The same of one object."""

    # Each write answers with the object as it is then.

    def apply(self, document: Document) -> Document:
        """Server-side apply: ours are the fields that we name, and no others."""
        meta = document["metadata"]
        made = RESOURCES[kind_of(document)].from_dict(document)
        with translated(f"apply {document['kind']} {meta['namespace']}/{meta['name']}"):
            return dict(self.client.apply(made, field_manager=MANAGER, force=True))

    def create(self, document: Document) -> Document:
        meta = document["metadata"]
        made = RESOURCES[kind_of(document)].from_dict(document)
        what = meta.get("name") or meta.get("generateName")
        with translated(f"create {document['kind']} {meta['namespace']}/{what}"):
            return dict(self.client.create(made, field_manager=MANAGER))

    def patch(self, kind: str, namespace: str, name: str, change: Document) -> Document:
        with translated(f"change {kind} {namespace}/{name}"):
            changed = self.client.patch(
                RESOURCES[kind], name, change, namespace=namespace, patch_type=PatchType.MERGE
            )
            return dict(changed)

    def patch_status(self, kind: str, namespace: str, name: str, status: Document) -> Document:
        with translated(f"report on {kind} {namespace}/{name}"):
            changed = self.client.patch(
                RESOURCES[kind].Status,
                name,
                {"status": status},
                namespace=namespace,
                patch_type=PatchType.MERGE,
            )
            return dict(changed)

    def delete(self, kind: str, namespace: str, name: str) -> None:
        try:
            with translated(f"delete {kind} {namespace}/{name}"):
                self.client.delete(
                    RESOURCES[kind], name, namespace=namespace, cascade=CascadeType.BACKGROUND
                )
        except KubeNotFoundError:
            return

    def exists(self, document: Document) -> bool:
        meta = document["metadata"]
        found = self.find(kind_of(document), meta["namespace"], meta["name"])
        return found is not None and "deletionTimestamp" not in found["metadata"]

    def differing(self, documents: Sequence[Document]) -> Iterator[Document]:
        """Those of the documents that are not there as they should be."""
        for document in documents:
            meta = document["metadata"]
            current = self.find(kind_of(document), meta["namespace"], meta["name"])
            if current is None or not contains(current, document):
                yield document


class KubeNotFoundError(KubeError):
    pass


class KubeConflictError(KubeError):
    """Somebody else wrote to the object since it was read."""


REFUSALS: Mapping[int, type[KubeError]] = {
    NOT_FOUND: KubeNotFoundError,
    CONFLICT: KubeConflictError,
}


@contextmanager
def translated(doing: str) -> Iterator[None]:
    try:
        yield
    except ApiError as error:
        kind = REFUSALS.get(error.status.code or 0, KubeError)
        raise kind(f"could not {doing}: {error.status.message}") from error
    except httpx.HTTPError as error:
        raise KubeError(f"could not {doing}: {error or type(error).__name__}") from error


def kind_of(document: Document) -> str:
    group = document["apiVersion"].partition("/")[0]
    return f"{group}/{document['kind']}" if group == GROUP else str(document["kind"])


def contains(current: Any, wanted: Any) -> bool:
    """What the API server adds by itself does not count as a difference."""
    if isinstance(wanted, Mapping):
        return isinstance(current, Mapping) and all(
            name in current and contains(current[name], value) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(current, list)
            and len(current) == len(wanted)
            and all(contains(ours, theirs) for ours, theirs in zip(current, wanted, strict=True))
        )
    return bool(current == wanted)
