"""The Kubernetes objects of one replica, and the hash of all that a replica is made of."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

from control.warehouses.backup_storage import backup_environment
from control.warehouses.key_manifests import key_mount, key_volumes, opening_keys
from control.warehouses.manifest_parts import (
    STAYS,
    Manifest,
    env_from_field,
    env_from_secret,
    metadata,
    on_workload_nodes,
    ports,
    restricted_container,
    restricted_pod,
    service_labels,
    service_selector,
    spread,
    volume_claim,
)
from control.warehouses.model import Deployment, Service, Warehouse, server_image
from control.warehouses.names import REPLICA_LABEL, SIZE_LABEL, SPEC_HASH_LABEL
from control.warehouses.server_config import (
    HTTP_PORT,
    INTERSERVER_PORT,
    METRICS_PORT,
    TCP_PORT,
    TLS_FOLDER,
    UNFINISHED_QUERIES,
    server_config,
)
from control.warehouses.service_manifests import TLS_PORTS
from control.warehouses.users_config import users_config

CONFIG_FOLDER = "/etc/clickhouse-server"
DATA_FOLDER = "/var/lib/clickhouse"
ENDPOINTS_SETTLE = timedelta(seconds=3)
"""A pod told to go still takes connections for this long: its address is in use elsewhere."""
GRACE = UNFINISHED_QUERIES + timedelta(minutes=2)

SECRET_VARIABLES = {
    "DEFAULT_PASSWORD_SHA256": "default_password_sha256",
    "OPERATOR_PASSWORD_SHA256": "operator_password_sha256",
    "INTERSERVER_PASSWORD": "interserver_password",
    "CLUSTER_SECRET": "cluster_secret",
}


def replica_manifests(
    deployment: Deployment, warehouse: Warehouse, service: Service, rid: str
) -> list[Manifest]:
    """In the order in which they are made: the StatefulSet last, for it starts the pod."""
    labels = replica_labels(deployment, warehouse, service, rid)
    name = service.replica_name(rid)
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata(name, service, labels),
            "data": config_files(deployment, warehouse, service, rid),
        },
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": metadata(name, service, labels),
            "spec": {
                "replicas": 1,
                "serviceName": service.peers_name,
                "selector": {"matchLabels": service_selector(service) | {REPLICA_LABEL: rid}},
                "updateStrategy": {"type": "OnDelete"},
                "persistentVolumeClaimRetentionPolicy": {
                    "whenDeleted": "Retain",
                    "whenScaled": "Retain",
                },
                "template": {
                    "metadata": {"labels": labels, "annotations": dict(STAYS)},
                    "spec": pod_spec(deployment, warehouse, service, rid),
                },
                "volumeClaimTemplates": [
                    volume_claim(
                        "data",
                        service_selector(service) | {REPLICA_LABEL: rid},
                        warehouse.volume.size_gib,
                        warehouse.volume.storage_class,
                    )
                ],
            },
        },
    ]


def config_files(
    deployment: Deployment, warehouse: Warehouse, service: Service, rid: str
) -> dict[str, str]:
    return {
        "config.xml": server_config(deployment, warehouse, service, rid),
        "users.xml": users_config(warehouse.profile, service),
    }


def replica_labels(
    deployment: Deployment, warehouse: Warehouse, service: Service, rid: str
) -> dict[str, str]:
    return service_labels(service) | {
        REPLICA_LABEL: rid,
        SIZE_LABEL: service.size.label,
        SPEC_HASH_LABEL: spec_hash(deployment, warehouse, service),
    }


def spec_hash(deployment: Deployment, warehouse: Warehouse, service: Service) -> str:
    """Equal for replicas that are made of the same; any difference is a new generation.

    Not so the image that opens data keys: a release of ours is no reason to move data.
    """
    made_of = {
        "files": config_files(deployment, warehouse, service, "rid"),
        "pod": pod_spec(replace(deployment, image_control=""), warehouse, service, "rid"),
        "volume": [warehouse.volume.size_gib, warehouse.volume.storage_class],
        "restart": service.restart_token,
    }
    text = json.dumps(made_of, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def pod_spec(deployment: Deployment, warehouse: Warehouse, service: Service, rid: str) -> Manifest:
    return {
        **on_workload_nodes(),
        "serviceAccountName": deployment.server_service_account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": int(GRACE.total_seconds()),
        "securityContext": restricted_pod(),
        "topologySpreadConstraints": spread(service_selector(service)),
        **opening_keys(deployment, warehouse),
        "containers": [server_container(deployment, warehouse, service)],
        "volumes": [
            {"name": "config", "configMap": {"name": service.replica_name(rid)}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
            *tls_volume(service),
            *key_volumes(warehouse),
        ],
    }


def server_container(deployment: Deployment, warehouse: Warehouse, service: Service) -> Manifest:
    size = service.size
    return {
        "name": "clickhouse",
        "image": server_image(deployment, warehouse, service),
        "command": ["clickhouse-server", f"--config-file={CONFIG_FOLDER}/config.xml"],
        "env": [
            env_from_field("POD_IP", "status.podIP"),
            env_from_field("POD_NAME", "metadata.name"),
            *(
                env_from_secret(variable, warehouse.secret_name, key)
                for variable, key in SECRET_VARIABLES.items()
            ),
            *backup_environment(deployment, warehouse),
        ],
        "ports": ports(
            http=HTTP_PORT, tcp=TCP_PORT, interserver=INTERSERVER_PORT, metrics=METRICS_PORT
        )
        + (ports(**TLS_PORTS) if service.tls else []),
        "resources": {
            "requests": {"cpu": str(size.cpus), "memory": f"{size.memory_gib}Gi"},
            "limits": {"memory": f"{size.memory_gib}Gi"},
        },
        "securityContext": restricted_container(),
        "startupProbe": ping(period_s=1, failures=900),
        "readinessProbe": ping(period_s=2, failures=2),
        "livenessProbe": ping(period_s=15, failures=8),
        "lifecycle": {"preStop": {"sleep": {"seconds": int(ENDPOINTS_SETTLE.total_seconds())}}},
        "volumeMounts": [
            {"name": "config", "mountPath": CONFIG_FOLDER, "readOnly": True},
            {"name": "data", "mountPath": DATA_FOLDER},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - inside the container
            *tls_mount(service),
            *key_mount(warehouse),
        ],
    }


def tls_volume(service: Service) -> list[Manifest]:
    """Readable to the server alone, through the group of the pod."""
    if service.tls is None:
        return []
    return [{"name": "tls", "secret": {"secretName": service.tls.secret, "defaultMode": 0o440}}]


def tls_mount(service: Service) -> list[Manifest]:
    if service.tls is None:
        return []
    return [{"name": "tls", "mountPath": TLS_FOLDER, "readOnly": True}]


def ping(*, period_s: int, failures: int) -> Manifest:
    return {
        "httpGet": {"path": "/ping", "port": "http"},
        "periodSeconds": period_s,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }
