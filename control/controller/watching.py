"""From changes in the cluster to the objects that must be looked at, without looking yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from control.controller.cluster import Key
from control.controller.kube_client import BACKUP, SERVICE, WAREHOUSE
from control.controller.object_store import Change
from control.warehouses.names import SERVICE_LABEL, SLEEP, WAKE, WAREHOUSE_LABEL

Document = Mapping[str, Any]
PARTS_THAT_MOVE = ("StatefulSet", "Pod")
"""Others are ours alone: what becomes of them is seen at the next look."""


class Kind(StrEnum):
    WAREHOUSE = "Warehouse"
    SERVICE = "Service"
    BACKUPS = "Backups"
    """Those of one warehouse, whose name is the key; it may be gone."""


@dataclass(frozen=True, order=True)
class Item:
    kind: Kind
    key: Key


@dataclass
class Watching:
    """Remembers just enough of each object to tell a real change from an echo of our own."""

    services: dict[Key, tuple[str, object, object]] = field(default_factory=dict)
    warehouses: dict[Key, object] = field(default_factory=dict)
    backups: dict[Key, object] = field(default_factory=dict)

    def heard(self, change: Change) -> set[Item]:
        if change.kind == SERVICE:
            return self.service_changed(change.event, change.document)
        if change.kind == WAREHOUSE:
            return self.warehouse_changed(change.event, change.document)
        if change.kind == BACKUP:
            return self.backup_changed(change.event, change.document)
        return part_changed(change.document) if change.kind in PARTS_THAT_MOVE else set()

    def service_changed(self, event: str | None, document: Document) -> set[Item]:
        key, warehouse = key_of(document), document["spec"]["warehouse"]
        before = self.services.get(key)
        if event == "DELETED":
            self.services.pop(key, None)
            return self.everything_of(key.namespace, warehouse)
        own, shared = essence(document), public_face(document)
        self.services[key] = (warehouse, own, shared)
        if before is None or before[2] != shared:
            return self.everything_of(key.namespace, warehouse)
        return set() if before[1] == own else {Item(Kind.SERVICE, key)}

    def warehouse_changed(self, event: str | None, document: Document) -> set[Item]:
        key = key_of(document)
        if event == "DELETED":
            self.warehouses.pop(key, None)
            return self.everything_of(key.namespace, key.name)
        now = (essence(document), public_face(document), images(document))
        if self.warehouses.get(key) == now:
            return set()
        self.warehouses[key] = now
        return self.everything_of(key.namespace, key.name)

    def backup_changed(self, event: str | None, document: Document) -> set[Item]:
        key = key_of(document)
        now = (essence(document), (document.get("status") or {}).get("phase"))
        if event == "DELETED":
            self.backups.pop(key, None)
        elif self.backups.get(key) == now:
            return set()
        else:
            self.backups[key] = now
        return {Item(Kind.BACKUPS, Key(key.namespace, document["spec"]["warehouse"]))}

    def everything_of(self, namespace: str, warehouse: str) -> set[Item]:
        services = {
            Item(Kind.SERVICE, key)
            for key, (name, _, _) in self.services.items()
            if key.namespace == namespace and name == warehouse
        }
        key = Key(namespace, warehouse)
        return services | {Item(Kind.WAREHOUSE, key), Item(Kind.BACKUPS, key)}


def part_changed(document: Document) -> set[Item]:
    """A StatefulSet or pod of ours: of a service's replica, or of a warehouse's Keeper."""
    meta = document["metadata"]
    labels = meta.get("labels") or {}
    warehouse, service = labels.get(WAREHOUSE_LABEL), labels.get(SERVICE_LABEL)
    if service:
        return {Item(Kind.SERVICE, Key(meta["namespace"], service))}
    if warehouse:
        return {Item(Kind.WAREHOUSE, Key(meta["namespace"], warehouse))}
    return set()


def key_of(document: Document) -> Key:
    return Key(document["metadata"]["namespace"], document["metadata"]["name"])


def essence(document: Document) -> object:
    """What people and Kubernetes change, rather than we."""
    meta = document["metadata"]
    asked = meta.get("annotations") or {}
    return (
        meta.get("uid"),
        meta.get("generation"),
        meta.get("deletionTimestamp"),
        asked.get(WAKE),
        asked.get(SLEEP),
    )


def images(document: Document) -> object:
    """What the services of a warehouse follow."""
    return (document.get("status") or {}).get("image")


def public_face(document: Document) -> object:
    """What matters to the other objects of a warehouse."""
    meta, status = document["metadata"], document.get("status") or {}
    keeper = status.get("keeper") or {}
    return (
        meta.get("deletionTimestamp"),
        status.get("phase"),
        keeper.get("ready"),
        keeper.get("founded"),
        status.get("readyReplicas"),
        (status.get("restore") or {}).get("phase"),
    )
