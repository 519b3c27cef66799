"""What is remembered of each kind of object: what passes read of it, and no more."""

import sys
from collections.abc import Callable, Mapping
from typing import Any

from control.warehouses.names import REPLICA_LABEL

Document = dict[str, Any]
SHARED_TEXT = 64
"""Texts up to this length are kept once, however many objects hold them."""


def slim(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {sys.intern(str(name)): slim(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [slim(inner) for inner in value]
    if isinstance(value, str) and len(value) <= SHARED_TEXT:
        return sys.intern(value)
    return value


def whole(document: Document) -> Document:
    meta = {n: v for n, v in document["metadata"].items() if n != "managedFields"}
    kept: Document = slim({**document, "metadata": meta})
    return kept


def only(document: Document, *fields: str) -> Document:
    named = ("apiVersion", "kind", "metadata", *fields)
    return whole({name: document[name] for name in named if name in document})


def pod(document: Document) -> Document:
    kept = only(document, "status")
    spec = document.get("spec") or {}
    containers = [
        {name: container[name] for name in ("name", "resources") if name in container}
        for container in spec.get("containers") or ()
    ]
    kept["spec"] = slim({"nodeName": spec.get("nodeName"), "containers": containers})
    return kept


def stateful_set(document: Document) -> Document:
    """Those of replicas are never changed but in what is kept; Keeper's are compared as a whole."""
    if not of_replica(document):
        return whole(document)
    return only(document) | {"spec": {"replicas": document["spec"].get("replicas")}}


def config_map(document: Document) -> Document:
    return only(document) if of_replica(document) else whole(document)


def volume_claim(document: Document) -> Document:
    return only(document)


def of_replica(document: Document) -> bool:
    return REPLICA_LABEL in (document["metadata"].get("labels") or {})


KEPT: Mapping[str, Callable[[Document], Document]] = {
    "Pod": pod,
    "StatefulSet": stateful_set,
    "ConfigMap": config_map,
    "PersistentVolumeClaim": volume_claim,
}
"""Other kinds are kept as a whole."""
