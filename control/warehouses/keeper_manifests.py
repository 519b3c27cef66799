"""The Kubernetes objects of a warehouse's Keeper ensemble."""

import hashlib
from dataclasses import replace

from control.warehouses.keeper_config import (
    CLIENT_PORT,
    CONTROL_PORT,
    METRICS_PORT,
    RAFT_PORT,
    READY_PATH,
    ROOT,
    config_files,
    keeper_config,
)
from control.warehouses.keeper_ensemble import FIRST_MEMBER, Ensemble
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
NEWCOMERS = "newcomers"
EMPTY_VOLUME = 65
"""How the guard of a volume ends when the volume is that of no newcomer, and empty."""
GUARD = f"""\
if [ -e {ROOT}/member ] || [ -e {ROOT}/coordination ]; then exit 0; fi
while read -r number; do
  if [ "$number" = "$KEEPER_SERVER_ID" ]; then : > {ROOT}/member && exit 0; fi
done < {CONFIG_FOLDER}/{NEWCOMERS}
echo "The volume of member $KEEPER_SERVER_ID is empty, but it is no newcomer: it waits until" \
  "the others have let it go." >&2
exit {EMPTY_VOLUME}
"""
"""A member that has forgotten what it agreed to must not vote again under the same number."""


def keeper_manifests(deployment: Deployment, warehouse: Warehouse) -> list[Manifest]:
    labels = warehouse_labels(warehouse)
    name = warehouse.keeper_name
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata(name, warehouse, labels),
            "data": {**config_files(warehouse), NEWCOMERS: newcomers(warehouse)},
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
                "maxUnavailable": dispensable(warehouse),
                "selector": {"matchLabels": keeper_selector(warehouse)},
            },
        },
        keeper_set(deployment, warehouse),
    ]


def newcomers(warehouse: Warehouse) -> str:
    return "".join(f"{number}\n" for number in warehouse.ensemble.newcomers)


def dispensable(warehouse: Warehouse) -> int:
    """One at a time; none of two, which a change passes through."""
    return 0 if len(warehouse.ensemble.told) == 2 else 1


def keeper_set(deployment: Deployment, warehouse: Warehouse) -> Manifest:
    labels = warehouse_labels(warehouse)
    # Without the list of servers, which Keeper reads again by itself.
    config_hash = hashlib.sha256(keeper_config(steady(warehouse), ()).encode()).hexdigest()[:10]
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": metadata(warehouse.keeper_name, warehouse, labels),
        "spec": {
            "replicas": warehouse.ensemble.pods,
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


def steady(warehouse: Warehouse) -> Warehouse:
    """Whatever its members are up to."""
    return replace(warehouse, recorded=Ensemble())


def keeper_pod(deployment: Deployment, warehouse: Warehouse) -> Manifest:
    memory = f"{warehouse.keeper.memory_gib}Gi"
    number = env_from_field("KEEPER_SERVER_ID", "metadata.labels['apps.kubernetes.io/pod-index']")
    config = {"name": "config", "mountPath": CONFIG_FOLDER, "readOnly": True}
    data = {"name": "data", "mountPath": ROOT}
    return {
        **on_workload_nodes(),
        "serviceAccountName": deployment.keeper_service_account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 30,
        "securityContext": restricted_pod(),
        "topologySpreadConstraints": spread(keeper_selector(warehouse)),
        "initContainers": [
            {
                "name": "volume",
                "image": keeper_image(deployment, warehouse),
                "command": ["sh", "-c", GUARD],
                "env": [number],
                "resources": {
                    "requests": {"cpu": "10m", "memory": "32Mi"},
                    "limits": {"memory": "32Mi"},
                },
                "securityContext": restricted_container(),
                "volumeMounts": [config, data],
            }
        ],
        "containers": [
            {
                "name": "keeper",
                "image": keeper_image(deployment, warehouse),
                "command": [
                    "clickhouse-keeper",
                    f"--config-file={CONFIG_FOLDER}/$(POD_NAME).xml",
                ],
                "env": [
                    env_from_field("POD_IP", "status.podIP"),
                    env_from_field("POD_NAME", "metadata.name"),
                    number,
                ],
                "ports": ports(
                    client=CLIENT_PORT, raft=RAFT_PORT, metrics=METRICS_PORT, control=CONTROL_PORT
                ),
                "resources": {
                    "requests": {"cpu": "500m", "memory": memory},
                    "limits": {"memory": memory},
                },
                "securityContext": restricted_container(),
                "startupProbe": listening(period_s=1, failures=120),
                # A roll goes on to the next member when this one has a leader and follows it.
                "readinessProbe": probe(
                    {"httpGet": {"path": READY_PATH, "port": "control"}}, period_s=5, failures=3
                ),
                "livenessProbe": listening(period_s=15, failures=8),
                "volumeMounts": [
                    config,
                    data,
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
    return probe({"tcpSocket": {"port": "client"}}, period_s=period_s, failures=failures)


def probe(what: Manifest, *, period_s: int, failures: int) -> Manifest:
    return what | {
        "periodSeconds": period_s,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }
