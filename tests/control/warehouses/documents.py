"""Compliant objects, from which each case changes one thing."""

import copy
from typing import Any

from control.warehouses.names import API_VERSION

WAREHOUSE: dict[str, Any] = {
    "apiVersion": API_VERSION,
    "kind": "Warehouse",
    "metadata": {"name": "lake", "namespace": "clickhouse"},
    "spec": {"version": "26.9"},
}
PRIMARY: dict[str, Any] = {
    "apiVersion": API_VERSION,
    "kind": "Service",
    "metadata": {"name": "main", "namespace": "clickhouse"},
    "spec": {
        "warehouse": "lake",
        "role": "primary",
        "replicas": 2,
        "memory": {"minGib": 8, "maxGib": 16},
    },
}
READER: dict[str, Any] = {
    "apiVersion": API_VERSION,
    "kind": "Service",
    "metadata": {"name": "reader", "namespace": "clickhouse"},
    "spec": {
        "warehouse": "lake",
        "role": "secondary",
        "access": "readOnly",
        "replicas": 1,
        "memory": {"minGib": 8, "maxGib": 8},
    },
}


BACKUP: dict[str, Any] = {
    "apiVersion": API_VERSION,
    "kind": "Backup",
    "metadata": {"name": "asked", "namespace": "clickhouse"},
    "spec": {"warehouse": "lake"},
}


def changed(document: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy with one value at `a.b.c`; None removes it."""
    made = copy.deepcopy(document)
    *folders, last = path.split(".")
    place = made
    for folder in folders:
        place = place.setdefault(folder, {})
    if value is None:
        place.pop(last)
    else:
        place[last] = value
    return made
