"""The custom resource definitions of Warehouse and Service, as documents for the API server."""

from copy import deepcopy

from control.warehouses import service_schema, warehouse_schema
from control.warehouses.schema_parts import Schema, column, crd


def crd_documents() -> list[Schema]:
    return [deepcopy(WAREHOUSE), deepcopy(SERVICE)]


WAREHOUSE = crd(
    kind="Warehouse",
    plural="warehouses",
    short_name="wh",
    root=warehouse_schema.ROOT,
    columns=[
        column("Phase", ".status.phase"),
        column("Version", ".status.version"),
        column("Profile", ".spec.storageProfile"),
        column("Keeper", ".status.keeper.ready", "integer"),
        column("Services", ".status.services", "integer"),
        column("Disk", ".spec.disk", wide=True),
        column("Retention", ".spec.dataRetention", wide=True),
        column("Reason", ".status.conditions[?(@.type=='Ready')].reason", wide=True),
        column("Age", ".metadata.creationTimestamp", "date"),
    ],
)

SERVICE = crd(
    kind="Service",
    plural="services",
    short_name="chsvc",
    root=service_schema.ROOT,
    columns=[
        column("Warehouse", ".spec.warehouse"),
        column("Role", ".spec.role"),
        column("Access", ".spec.access"),
        column("Phase", ".status.phase"),
        column("Ready", ".status.readyReplicas", "integer"),
        column("Wanted", ".spec.replicas", "integer"),
        column("Size", ".status.size"),
        column("Step", ".status.op.state", wide=True),
        column("Reason", ".status.conditions[?(@.type=='Ready')].reason", wide=True),
        column("Version", ".status.version", wide=True),
        column("Age", ".metadata.creationTimestamp", "date"),
    ],
)
