"""The Kubernetes objects of a warehouse's Keeper ensemble."""

import hashlib

from control.warehouses.keeper_config import (
    CLIENT_PORT,
    FIRST_MEMBER,
    METRICS_PORT,
    RAFT_PORT,
    ROOT,
    keeper_config,
)
from control.warehouses.manifest_parts import (
    STAYS,
    Manifest,
    env_from_field,
    keeper_selector,
    metadata,
    on_workload_nodes,
    ports,
    restricted_container,
    restricted_pod,
    service_ports,
    spread,
    volume_claim,
    warehouse_labels,
)
from control.warehouses.model import Deployment, Warehouse, keeper_image
from control.warehouses.names import GROUP

CONFIG_FOLDER = "/etc/clickhouse-keeper"
CONFIG_HASH = f"{GROUP}/config-hash"


def keeper_manifests(deployment: Deployment, warehouse: Warehouse) -> list[Manifest]:
    labels = warehouse_labels(warehouse)
    name = warehouse.keeper_name
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata(name, warehouse, labels),
            "data": {"keeper_config.xml": keeper_config(warehouse)},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata(name, warehouse, labels),
            "spec": {
                "clusterIP": "None",
                "publishNotReadyAddresses": True,
                "selector": keeper_selector(warehouse),
                "ports": service_ports(client=CLIENT_PORT, raft=RAFT_PORT, metrics=METRICS_PORT),
            },
        },
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": metadata(name, warehouse, labels),
            "spec": {
                "maxUnavailable": 1,
                "selector": {"matchLabels": keeper_selector(warehouse)},
            },
        },
        keeper_set(deployment, warehouse),
    ]


def keeper_set(deployment: Deployment, warehouse: Warehouse) -> Manifest:
    labels = warehouse_labels(warehouse)
    config_hash = hashlib.sha256(keeper_config(warehouse).encode()).hexdigest()[:10]
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": metadata(warehouse.keeper_name, warehouse, labels),
        "spec": {
            "replicas": warehouse.keeper.replicas,
            "ordinals": {"start": FIRST_MEMBER},
            "serviceName": warehouse.keeper_name,
            # Members find each other before any of them is ready.
            "podManagementPolicy": "Parallel",
            "updateStrategy": {"type": "RollingUpdate"},
            "selector": {"matchLabels": keeper_selector(warehouse)},
            "persistentVolumeClaimRetentionPolicy": {
                "whenDeleted": "Retain",
                "whenScaled": "Retain",
            },
            "template": {
                "metadata": {
                    "labels": labels,
                    "annotations": {CONFIG_HASH: config_hash, **STAYS},
                },
                "spec": keeper_pod(deployment, warehouse),
            },
            "volumeClaimTemplates": [
                volume_claim(
                    "data", keeper_selector(warehouse), warehouse.keeper.volume_gib, storage=""
                )
            ],
        },
    }


def keeper_pod(deployment: Deployment, warehouse: Warehouse) -> Manifest:
    memory = f"{warehouse.keeper.memory_gib}Gi"
    return {
        **on_workload_nodes(),
        "serviceAccountName": deployment.keeper_service_account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 30,
        "securityContext": restricted_pod(),
        "topologySpreadConstraints": spread(keeper_selector(warehouse)),
        "containers": [
            {
                "name": "keeper",
                "image": keeper_image(deployment, warehouse),
                "command": [
                    "clickhouse-keeper",
                    f"--config-file={CONFIG_FOLDER}/keeper_config.xml",
                ],
                "env": [
                    env_from_field("POD_IP", "status.podIP"),
                    env_from_field("POD_NAME", "metadata.name"),
                    env_from_field(
                        "KEEPER_SERVER_ID", "metadata.labels['apps.kubernetes.io/pod-index']"
                    ),
                ],
                "ports": ports(client=CLIENT_PORT, raft=RAFT_PORT, metrics=METRICS_PORT),
                "resources": {
                    "requests": {"cpu": "500m", "memory": memory},
                    "limits": {"memory": memory},
                },
                "securityContext": restricted_container(),
                "startupProbe": listening(period_s=1, failures=120),
                "readinessProbe": listening(period_s=5, failures=3),
                "livenessProbe": listening(period_s=15, failures=8),
                "volumeMounts": [
                    {"name": "config", "mountPath": CONFIG_FOLDER, "readOnly": True},
                    {"name": "data", "mountPath": ROOT},
                    {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - in the container
                ],
            }
        ],
        "volumes": [
            {"name": "config", "configMap": {"name": warehouse.keeper_name}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
        ],
    }


def listening(*, period_s: int, failures: int) -> Manifest:
    return {
        "tcpSocket": {"port": "client"},
        "periodSeconds": period_s,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }
