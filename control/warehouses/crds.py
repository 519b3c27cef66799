"""The custom resource definitions of Warehouse, Service and Backup, for the API server."""

from copy import deepcopy

from control.warehouses import backup_schema, service_schema, warehouse_schema
from control.warehouses.schema_parts import Schema, column, crd


def crd_documents() -> list[Schema]:
    return [deepcopy(WAREHOUSE), deepcopy(SERVICE), deepcopy(BACKUP)]


WAREHOUSE = crd(
    kind="Warehouse",
    plural="warehouses",
    short_name="wh",
    root=warehouse_schema.ROOT,
    columns=[
        column("Phase", ".status.phase"),
        column("Version", ".status.version"),
        column("Profile", ".spec.storageProfile"),
        column("Keeper", ".status.keeper.summary"),
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
        column("Called", ".spec.displayName", wide=True),
        column("Age", ".metadata.creationTimestamp", "date"),
    ],
)

BACKUP = crd(
    kind="Backup",
    plural="backups",
    short_name="chbak",
    root=backup_schema.ROOT,
    columns=[
        column("Warehouse", ".spec.warehouse"),
        column("Phase", ".status.phase"),
        column("Type", ".status.type"),
        column("Bytes", ".status.sizeBytes", "integer"),
        column("Seconds", ".status.durationSeconds", "integer"),
        column("Finished", ".status.finishedAt", "date"),
        column("Reason", ".status.reason", wide=True),
        column("Base", ".status.base", wide=True),
        column("Replica", ".status.replica", wide=True),
        column("Location", ".status.location", wide=True),
        column("Expires", ".status.expiresAt", wide=True),
        column("Age", ".metadata.creationTimestamp", "date"),
    ],
)
