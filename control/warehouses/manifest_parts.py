"""Pieces of Kubernetes manifests that servers and Keeper share."""

from collections.abc import Mapping
from typing import Any

from control.warehouses.model import Service, Warehouse
from control.warehouses.names import (
    API_VERSION,
    MANAGER,
    POOL_LABEL,
    SERVICE_LABEL,
    WAREHOUSE_LABEL,
)

Manifest = dict[str, Any]

CLICKHOUSE_UID = 101
PRIORITY_CLASS = "byoc-data"
STAYS = {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}
"""On pods that no autoscaler of nodes moves: queries, caches and quorums would pay for the node.
The controller alone ends them, and an empty node goes then."""

SERVER_APP, KEEPER_APP = "clickhouse-server", "clickhouse-keeper"


def common_labels(app: str, instance: str, warehouse: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": app,
        "app.kubernetes.io/instance": instance,
        "app.kubernetes.io/component": app.removeprefix("clickhouse-"),
        "app.kubernetes.io/part-of": "clickhouse-byoc",
        "app.kubernetes.io/managed-by": MANAGER,
        WAREHOUSE_LABEL: warehouse,
    }


def service_labels(service: Service) -> dict[str, str]:
    labels = common_labels(SERVER_APP, service.full_name, service.warehouse)
    return labels | {SERVICE_LABEL: service.name}


def service_selector(service: Service) -> dict[str, str]:
    return {WAREHOUSE_LABEL: service.warehouse, SERVICE_LABEL: service.name}


def warehouse_labels(warehouse: Warehouse) -> dict[str, str]:
    return common_labels(KEEPER_APP, warehouse.keeper_name, warehouse.name)


def keeper_selector(warehouse: Warehouse) -> dict[str, str]:
    return {"app.kubernetes.io/name": KEEPER_APP, WAREHOUSE_LABEL: warehouse.name}


def owned_by(owner: Service | Warehouse) -> list[Manifest]:
    """The garbage collector removes what is left when its owner is gone."""
    return [
        {
            "apiVersion": API_VERSION,
            "kind": type(owner).__name__,
            "name": owner.name,
            "uid": owner.uid,
            "controller": True,
            "blockOwnerDeletion": False,
        }
    ]


def metadata(
    name: str,
    owner: Service | Warehouse,
    labels: Mapping[str, str],
    annotations: Mapping[str, str] | None = None,
) -> Manifest:
    described: Manifest = {
        "name": name,
        "namespace": owner.namespace,
        "labels": dict(labels),
        "ownerReferences": owned_by(owner),
    }
    return described | ({"annotations": dict(annotations)} if annotations else {})


def on_workload_nodes() -> Manifest:
    return {
        "nodeSelector": {POOL_LABEL: "workload"},
        "tolerations": [
            {
                "key": POOL_LABEL,
                "operator": "Equal",
                "value": "workload",
                "effect": "NoSchedule",
            }
        ],
        "priorityClassName": PRIORITY_CLASS,
    }


def spread(selector: Mapping[str, str]) -> list[Manifest]:
    """Over zones first, then over nodes; rather uneven than not running."""
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": dict(selector)},
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]


def restricted_pod() -> Manifest:
    return {
        "runAsNonRoot": True,
        "runAsUser": CLICKHOUSE_UID,
        "runAsGroup": CLICKHOUSE_UID,
        "fsGroup": CLICKHOUSE_UID,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def restricted_container() -> Manifest:
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def env_from_field(name: str, path: str) -> Manifest:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def env_from_secret(name: str, secret: str, key: str) -> Manifest:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def volume_claim(name: str, labels: Mapping[str, str], size_gib: int, storage: str) -> Manifest:
    spec: Manifest = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": f"{size_gib}Gi"}},
    }
    if storage:
        spec["storageClassName"] = storage
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": spec,
    }


def ports(**numbers: int) -> list[Manifest]:
    return [{"name": name, "containerPort": number} for name, number in numbers.items()]


def service_ports(**numbers: int) -> list[Manifest]:
    return [
        {"name": name, "port": number, "targetPort": name, "protocol": "TCP"}
        for name, number in numbers.items()
    ]
