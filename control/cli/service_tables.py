"""Tables of services, replicas, warehouses and conditions."""

from __future__ import annotations

from collections.abc import Sequence

from control.cli.output import UNKNOWN, age, column, tell, tell_table
from control.cli.service_view import ConditionView, ReplicaView, ServiceView
from control.cli.warehouse_view import WarehouseView


def tell_services(services: Sequence[ServiceView]) -> None:
    columns = ["service", "warehouse", "role", "access", "phase", "ready", "size", "endpoint"]
    tell_table(
        [*map(column, columns), column("age", right=True)],
        [
            [
                each.name,
                each.warehouse,
                each.role,
                each.access,
                each.phase,
                each.ready,
                each.size,
                short_endpoint(each),
                age(each.created_at),
            ]
            for each in services
        ],
    )


def short_endpoint(service: ServiceView) -> str:
    """As names resolve inside the cluster, from any namespace."""
    if not service.endpoints:
        return UNKNOWN
    first = service.endpoints[0]
    return f"{first.host.removesuffix('.svc.cluster.local')}:{first.port}"


def tell_warehouses(warehouses: Sequence[WarehouseView]) -> None:
    columns = ["warehouse", "phase", "version", "profile", "disk", "keeper", "services"]
    tell_table(
        [*map(column, columns), column("age", right=True)],
        [
            [
                each.name,
                each.phase,
                each.version,
                each.profile,
                each.disk,
                each.keeper,
                UNKNOWN if each.services is None else str(each.services),
                age(each.created_at),
            ]
            for each in warehouses
        ],
    )


def tell_replicas(replicas: Sequence[tuple[str, ReplicaView]]) -> None:
    """Each with the name of its service."""
    columns = ["service", "replica", "phase", "serving", "size", "pod", "address", "reason"]
    tell_table(
        [column(title) for title in columns],
        [
            [
                service,
                each.rid,
                each.phase,
                "yes" if each.serving else "no",
                each.size,
                each.pod,
                each.address,
                each.reason,
            ]
            for service, each in replicas
        ],
    )


def tell_conditions(conditions: Sequence[ConditionView]) -> None:
    if not conditions:
        tell("no conditions yet")
        return
    tell_table(
        [column(title) for title in ("condition", "status", "reason", "message")],
        [[each.type, each.status, each.reason, each.message] for each in conditions],
    )
