"""The warehouses and services that come with the deployment: objects of our Kubernetes API.

They are seeds. Once there, their spec belongs to the controller's API: a later change here does
nothing, and a later change there is no drift.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from control.warehouses.names import API_VERSION, NAMESPACE
from infra.config.warehouses import ServiceConfig, WarehouseConfig

LONGEST_START = "20m"
LONGEST_REMOVAL = "20m"
LABELS = {"app.kubernetes.io/part-of": "clickhouse-byoc", "app.kubernetes.io/managed-by": "pulumi"}


def create_warehouses(
    warehouses: tuple[WarehouseConfig, ...],
    after: list[pulumi.Resource],
    opts: pulumi.ResourceOptions,
) -> None:
    """`after` holds the controller as well, so that it is there to clear up at a destroy."""
    for warehouse in warehouses:
        parent = create_seed(
            Seed(kind="Warehouse", name=warehouse.name, spec=warehouse_spec(warehouse)),
            after,
            opts,
        )
        for service in warehouse.services:
            create_seed(
                Seed(
                    kind="Service",
                    name=service.name,
                    spec=service_spec(service, warehouse),
                    annotations={"pulumi.com/waitFor": "condition=Ready"},
                ),
                [*after, parent],
                opts,
            )


@dataclass(frozen=True, kw_only=True)
class Seed:
    kind: str
    name: str
    spec: Mapping[str, Any]
    annotations: Mapping[str, str] = field(default_factory=dict)


def create_seed(
    seed: Seed, after: list[pulumi.Resource], opts: pulumi.ResourceOptions
) -> pulumi.Resource:
    own = pulumi.ResourceOptions(
        depends_on=after,
        ignore_changes=["spec"],
        custom_timeouts=pulumi.CustomTimeouts(create=LONGEST_START, delete=LONGEST_REMOVAL),
    )
    resource: pulumi.Resource = kubernetes.apiextensions.CustomResource(
        f"{seed.kind.lower()}-{seed.name}",
        api_version=API_VERSION,
        kind=seed.kind,
        metadata={
            "name": seed.name,
            "namespace": NAMESPACE,
            "labels": LABELS,
            "annotations": dict(seed.annotations),
        },
        spec=dict(seed.spec),
        opts=pulumi.ResourceOptions.merge(opts, own),
    )
    return resource


def warehouse_spec(warehouse: WarehouseConfig) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "storageProfile": warehouse.storage_profile.value,
        "acceptExperimental": warehouse.accept_experimental,
        "disk": warehouse.disk.value,
        "dataRetention": warehouse.data_retention.value,
        "keeper": {
            "replicas": warehouse.keeper.replicas,
            "memoryGib": warehouse.keeper.memory_gib,
            "volumeGib": warehouse.keeper.volume_gib,
        },
        "replicaVolume": {"sizeGib": warehouse.volume_gib},
        "channel": warehouse.channel.value,
    }
    if warehouse.tde:
        spec["encryption"] = {}
    if warehouse.version:
        spec["version"] = warehouse.version
    window = warehouse.maintenance_window
    if window is not None:
        spec["maintenanceWindow"] = {
            "weekday": window.weekday.value,
            "startHourUtc": window.start_hour_utc,
        }
    return spec


def service_spec(service: ServiceConfig, warehouse: WarehouseConfig) -> dict[str, Any]:
    tls = service.tls
    return {
        "warehouse": warehouse.name,
        "role": service.role.value,
        "access": service.access.value,
        "replicas": service.replicas,
        "memory": {
            "minGib": service.memory_gib,
            "maxGib": service.max_memory_gib or service.memory_gib,
        },
        "idle": {
            "enabled": service.idle.enabled,
            "timeoutMinutes": service.idle.timeout_minutes,
        },
        "allowlist": [{"cidr": str(cidr)} for cidr in service.allowed_cidrs],
        **({"tls": {"secret": tls.secret, "hosts": list(tls.hosts)}} if tls else {}),
    }
