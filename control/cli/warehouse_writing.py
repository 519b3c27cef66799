"""`byoc warehouse create | delete`: a place for data that services share, and its end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from control.cli.errors import CliError
from control.cli.output import say, tell, tell_json
from control.cli.service_options import (
    TIMEOUT_MINUTES,
    JsonOption,
    NamespaceOption,
    TimeoutOption,
    WaitOption,
    WarehouseArgument,
)
from control.cli.stack import StackOption
from control.warehouses.names import API_VERSION, NAMESPACE

if TYPE_CHECKING:
    from control.cli.cluster import Cluster, Document
    from control.cli.warehouse_view import WarehouseView

VersionOption = Annotated[
    str | None,
    typer.Option(metavar="VERSION", help="Stay at this version; else as the channel goes."),
]
ChannelOption = Annotated[
    str | None, typer.Option(metavar="fast|default|slow", help="How soon new versions arrive.")
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--storage-profile",
        metavar="replicated|zero_copy|smt",
        help="How replicas hold data; fixed at creation. Default: replicated.",
    ),
]
DiskOption = Annotated[
    str | None,
    typer.Option(
        metavar="objectStorage|volume",
        help="Where parts live; fixed at creation. Default: objectStorage.",
    ),
]
KeeperOption = Annotated[
    int | None,
    typer.Option(metavar="1|3|5", help="Members of Keeper. Default: 3."),
]
TdeOption = Annotated[
    bool,
    typer.Option(
        "--tde", help="Encrypt what servers write, by data keys of its own; fixed at creation."
    ),
]
DeleteDataOption = Annotated[
    bool,
    typer.Option("--delete-data", help="Data goes with the primary; else it stays in the bucket."),
]


NOT_ACCEPTED = ("Accepted", "False")


def create(
    name: WarehouseArgument,
    version: VersionOption = None,
    channel: ChannelOption = None,
    profile: ProfileOption = None,
    accept_experimental: Annotated[
        bool, typer.Option("--accept-experimental", help="Needed for zero_copy.")
    ] = False,
    disk: DiskOption = None,
    keeper: KeeperOption = None,
    tde: TdeOption = False,
    delete_data: DeleteDataOption = False,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Create a warehouse; its first service is its primary."""
    from control.cli.cluster import WAREHOUSE
    from control.cli.connection import connect
    from control.cli.service_tables import tell_warehouses
    from control.cli.warehouse_view import warehouse_view

    given: Document = {
        "version": version,
        "channel": channel,
        "storageProfile": profile,
        "acceptExperimental": accept_experimental or None,
        "disk": disk,
        "keeper": {"replicas": keeper} if keeper else None,
        "encryption": {} if tde else None,
        "dataRetention": "delete" if delete_data else None,
    }
    cluster = connect(stack)
    if tde:
        refuse_without_key(cluster)
    made = cluster.create(WAREHOUSE, document(name, namespace, given))
    view = warehouse_view(made)
    if wait:
        view = wait_until_ready(cluster, name, namespace, timedelta(minutes=timeout))
    if (refusal := refused(view)) is not None:
        raise CliError(refusal, f"`byoc warehouse delete {name}` takes it away again.")
    if as_json:
        tell_json(view)
    else:
        tell_warehouses([view])
        say(f"Give it a primary: `byoc service create NAME --warehouse {name}`.")


def refuse_without_key(cluster: Cluster) -> None:
    """Before anything is made: what is made without a key waits for it."""
    from control.cli.cluster import CONFIG_MAP
    from control.warehouses.names import FACTS, SYSTEM_NAMESPACE

    found = cluster.find(CONFIG_MAP, FACTS, SYSTEM_NAMESPACE)
    if found is not None and not (found.get("data") or {}).get("tde_key_arn"):
        raise CliError(
            "The deployment has no KMS key for data keys, which --tde needs.",
            "Set `byoc:encryption.tde: true` in the stack's file and apply it.",
        )


def document(name: str, namespace: str, given: Document) -> dict[str, Any]:
    """What is not given has the default of the schema, or of the deployment."""
    return {
        "apiVersion": API_VERSION,
        "kind": "Warehouse",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {key: value for key, value in given.items() if value is not None},
    }


def wait_until_ready(
    cluster: Cluster, name: str, namespace: str, timeout: timedelta
) -> WarehouseView:
    from control.cli.object_waiting import wait_for_warehouse
    from control.cli.warehouse_view import warehouse_view

    def ended(view: WarehouseView) -> bool:
        return view.phase == "Ready" or refused(view) is not None

    return wait_for_warehouse(cluster, name, namespace, warehouse_view, line_of, ended, timeout)


def refused(view: WarehouseView) -> str | None:
    """Why the controller makes nothing of it."""
    said = (each.message for each in view.conditions if (each.type, each.status) == NOT_ACCEPTED)
    return next(said, None)


def line_of(view: WarehouseView) -> str:
    return f"{view.phase}, {view.keeper} Keeper members ready"


def delete(
    name: WarehouseArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = TIMEOUT_MINUTES,
) -> None:
    """Delete a warehouse that has no services; its backups stay."""
    from control.cli.cluster import WAREHOUSE
    from control.cli.confirmation import confirm_by_name, require_terminal
    from control.cli.connection import connect
    from control.cli.warehouse_view import warehouse_view

    if not yes:
        require_terminal("byoc warehouse delete")
    cluster = connect(stack)
    view = warehouse_view(cluster.get(WAREHOUSE, name, namespace))
    refuse_while_served(cluster, name, namespace)
    if not yes:
        kept = view.data_retention == "retain"
        fate = "stay" if kept else "ARE DELETED WITH IT"
        what = f"This deletes warehouse {name}; Keeper's volumes and the passwords {fate}."
        confirm_by_name(what, name)
    cluster.delete(WAREHOUSE, name, namespace)
    if wait:
        wait_until_gone(cluster, name, namespace, timedelta(minutes=timeout))
    tell(f"{name} is deleted." if wait else f"{name} is being deleted.")


def refuse_while_served(cluster: Cluster, name: str, namespace: str) -> None:
    """Secondaries first, then the primary, which asks about the data."""
    from control.cli.service_reading import services_of

    served = [each for each in services_of(cluster, namespace) if each.warehouse == name]
    if served:
        first = sorted(served, key=lambda each: (each.role == "primary", each.name))
        raise CliError(
            f"Warehouse {name} has services: {', '.join(each.name for each in first)}.",
            f"Delete them in this order: `byoc service delete {first[0].name}` comes first.",
        )


def wait_until_gone(cluster: Cluster, name: str, namespace: str, timeout: timedelta) -> None:
    from control.cli.cluster import WAREHOUSE
    from control.cli.object_waiting import wait
    from control.cli.warehouse_view import warehouse_view

    def ended(view: WarehouseView | None) -> bool:
        return view is None

    wait(cluster, WAREHOUSE, name, namespace, warehouse_view, line_of, ended, timeout)
