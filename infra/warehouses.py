"""The warehouses and services that come with the deployment: objects of our Kubernetes API.

They are seeds. Once there, their spec belongs to the controller's API: a later change here does
nothing, and a later change there is no drift.
"""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from control.warehouses.names import API_VERSION, NAMESPACE
from infra.config.warehouses import ServiceConfig, WarehouseConfig

LABELS = {"app.kubernetes.io/part-of": "clickhouse-byoc", "app.kubernetes.io/managed-by": "pulumi"}


def create_warehouses(
    warehouses: tuple[WarehouseConfig, ...],
    after: list[pulumi.Resource],
    opts: pulumi.ResourceOptions,
) -> None:
    """`after` holds the controller as well, so that it is there to clear up at a destroy."""
    for warehouse in warehouses:
        seed = create_seed(
            f"warehouse-{warehouse.name}", "Warehouse", warehouse.name, warehouse_spec(warehouse),
            after, opts,
        )  # fmt: skip
        primary, *secondaries = sorted(warehouse.services, key=lambda service: service.role)
        spec = service_spec(primary, warehouse)
        first = create_seed(
            f"service-{primary.name}", "Service", primary.name, spec, [*after, seed], opts
        )
        for service in secondaries:
            spec = service_spec(service, warehouse)
            create_seed(
                f"service-{service.name}", "Service", service.name, spec,
                [*after, seed, first], opts,
            )  # fmt: skip


def create_seed(
    logical_name: str,
    kind: str,
    name: str,
    spec: dict[str, Any],
    after: list[pulumi.Resource],
    opts: pulumi.ResourceOptions,
) -> pulumi.Resource:
    resource: pulumi.Resource = kubernetes.apiextensions.CustomResource(
        logical_name,
        api_version=API_VERSION,
        kind=kind,
        metadata={"name": name, "namespace": NAMESPACE, "labels": LABELS},
        spec=spec,
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(depends_on=after, ignore_changes=["spec"])
        ),
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
    }
    return spec | ({"version": warehouse.version} if warehouse.version else {})


def service_spec(service: ServiceConfig, warehouse: WarehouseConfig) -> dict[str, Any]:
    return {
        "warehouse": warehouse.name,
        "role": service.role.value,
        "access": service.access.value,
        "replicas": service.replicas,
        "memory": {
            "minGib": service.memory_gib,
            "maxGib": service.max_memory_gib or service.memory_gib,
            "gib": service.memory_gib,
        },
        "idle": {
            "enabled": service.idle.enabled,
            "timeoutMinutes": service.idle.timeout_minutes,
        },
        "allowlist": [{"cidr": str(cidr)} for cidr in service.allowed_cidrs],
    }
