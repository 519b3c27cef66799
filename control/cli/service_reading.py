"""`byoc service list | show`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from control.cli.errors import CliError
from control.cli.output import UNKNOWN, age, heading, say, tell, tell_facts, tell_json
from control.cli.service_options import JsonOption, NameArgument, NamespaceOption
from control.cli.stack import StackOption
from control.warehouses.names import NAMESPACE

if TYPE_CHECKING:
    from control.cli.cluster import Cluster, Document
    from control.cli.service_view import ServiceView


def list_services(
    stack: StackOption = None, namespace: NamespaceOption = NAMESPACE, as_json: JsonOption = False
) -> None:
    """List the services of all warehouses."""
    from control.cli.connection import connect
    from control.cli.service_tables import tell_services

    services = services_of(connect(stack), namespace)
    if as_json:
        tell_json(services)
    elif services:
        tell_services(services)
    else:
        say(f"No services in {namespace}: `byoc service create NAME --warehouse W` makes one.")


def services_of(cluster: Cluster, namespace: str) -> list[ServiceView]:
    from control.cli.cluster import SERVICE
    from control.cli.service_view import service_view

    found = [service_view(each) for each in cluster.list(SERVICE, namespace)]
    return sorted(found, key=lambda each: (each.warehouse, each.role, each.name))


def show(
    name: NameArgument,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    as_json: JsonOption = False,
) -> None:
    """Show all that is known of one service."""
    from control.cli.connection import connect

    view = service(connect(stack), name, namespace)
    if as_json:
        tell_json(view)
    else:
        tell_service(view)


def service(cluster: Cluster, name: str, namespace: str) -> ServiceView:
    from control.cli.service_view import service_view

    return service_view(service_document(cluster, name, namespace))


def service_document(cluster: Cluster, name: str, namespace: str) -> Document:
    """The object itself, or an error that lists the services there are."""
    from control.cli.cluster import SERVICE

    found = cluster.find(SERVICE, name, namespace)
    if found is None:
        names = sorted(each["metadata"]["name"] for each in cluster.list(SERVICE, namespace))
        raise CliError(
            f"There is no service {name!r} in namespace {namespace}.",
            f"There are: {', '.join(names) or 'none'}.",
        )
    return found


def tell_service(view: ServiceView) -> None:
    from control.cli.service_tables import tell_conditions, tell_replicas

    smallest, largest = view.memory_gib
    facts = {
        "service": view.name,
        "called": view.display_name,
        "warehouse": view.warehouse,
        "role": f"{view.role}, {view.access}",
        "wanted": f"{view.desired}, {view.wanted_replicas} replicas of {view.size}",
        "phase": view.phase,
        "ready": view.ready,
        "scaling": f"{smallest} to {largest} GiB",
        "version": view.version,
        "endpoints": "\n".join(map(str, view.endpoints)) or UNKNOWN,
        "age": age(view.created_at),
    }
    if view.operation:
        operation = view.operation
        facts["last change"] = f"{operation.state}: {operation.message or operation.reason}"
    tell_facts(facts)
    heading("Replicas")
    if view.replicas:
        tell_replicas([(view.name, each) for each in view.replicas])
    else:
        tell("none")
    heading("Conditions")
    tell_conditions(view.conditions)
