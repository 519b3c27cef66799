"""`byoc warehouse`: the data that services share. list and show; the others are beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from control.cli import warehouse_keys, warehouse_members, warehouse_upgrading, warehouse_writing
from control.cli.errors import CliError
from control.cli.output import UNKNOWN, age, heading, say, tell, tell_facts, tell_json
from control.cli.service_options import JsonOption, NamespaceOption, WarehouseArgument
from control.cli.stack import StackOption
from control.warehouses.names import NAMESPACE

if TYPE_CHECKING:
    from control.cli.cluster import Cluster, Document
    from control.cli.service_view import ServiceView
    from control.cli.warehouse_view import WarehouseView

app = typer.Typer(
    name="warehouse",
    help="Warehouses: create, list, show, upgrade, rotate-key, delete, events.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.command("list")
def list_warehouses(
    stack: StackOption = None, namespace: NamespaceOption = NAMESPACE, as_json: JsonOption = False
) -> None:
    """List the warehouses of the deployment."""
    from control.cli.connection import connect
    from control.cli.service_tables import tell_warehouses

    warehouses = warehouses_of(connect(stack), namespace)
    if as_json:
        tell_json(warehouses)
    elif warehouses:
        tell_warehouses(warehouses)
    else:
        say(f"No warehouses in {namespace}.")


def warehouses_of(cluster: Cluster, namespace: str) -> list[WarehouseView]:
    from control.cli.cluster import WAREHOUSE
    from control.cli.warehouse_view import warehouse_view

    found = [warehouse_view(each) for each in cluster.list(WAREHOUSE, namespace)]
    return sorted(found, key=lambda each: each.name)


@app.command()
def show(
    name: WarehouseArgument,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    as_json: JsonOption = False,
) -> None:
    """Show a warehouse with its services."""
    from control.cli.connection import connect
    from control.cli.service_reading import services_of

    cluster = connect(stack)
    warehouses = {each.name: each for each in warehouses_of(cluster, namespace)}
    if name not in warehouses:
        raise CliError(
            f"There is no warehouse {name!r} in namespace {namespace}.",
            f"There are: {', '.join(warehouses) or 'none'}.",
        )
    services = [each for each in services_of(cluster, namespace) if each.warehouse == name]
    if as_json:
        tell_json({"warehouse": warehouses[name], "services": services})
    else:
        tell_warehouse(warehouses[name], services)


def tell_warehouse(view: WarehouseView, services: list[ServiceView]) -> None:
    from control.cli.service_tables import tell_conditions, tell_services

    tell_facts(
        {
            "warehouse": view.name,
            "phase": view.phase,
            "version": view.version,
            "storage": f"{view.profile} on {view.disk}",
            "encrypted": view.encryption,
            "shared bytes": answer(view.shared_bytes),
            "production grade": answer(view.production),
            "keeper": f"{view.keeper} members ready",
            "when deleted": f"{view.data_retention} the data",
            "passwords": f"Secret {view.namespace}/{view.credentials_secret}",
            "age": age(view.created_at),
        }
    )
    heading("Keeper")
    warehouse_members.tell_members(view.members)
    heading("Services")
    if services:
        tell_services(services)
    else:
        tell("none")
    heading("Conditions")
    tell_conditions(view.conditions)


def answer(known: bool | None) -> str:
    return UNKNOWN if known is None else ("yes" if known else "no")


@app.command()
def events(
    name: WarehouseArgument,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    as_json: JsonOption = False,
) -> None:
    """List what Kubernetes and the controller reported on a warehouse and its Keeper."""
    from control.cli.cluster import EVENT, WAREHOUSE
    from control.cli.connection import connect
    from control.cli.event_table import tell_events

    cluster = connect(stack)
    cluster.get(WAREHOUSE, name, namespace)
    found = [each for each in cluster.list(EVENT, namespace) if is_about(each, name)]
    tell_events(found, of=name, as_json=as_json)


def is_about(event: Document, warehouse: str) -> bool:
    about = event["involvedObject"]
    name = str(about.get("name", ""))
    if about.get("kind") == "Warehouse":
        return name == warehouse
    return name == f"{warehouse}-keeper" or name.startswith(f"{warehouse}-keeper-")


app.command()(warehouse_writing.create)
app.command()(warehouse_upgrading.upgrade)
app.command("scale-keeper")(warehouse_members.scale_keeper)
app.command("rotate-key")(warehouse_keys.rotate_key)
app.command()(warehouse_writing.delete)
