"""`byoc replica`: the replicas of services, each called by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from control.cli.errors import CliError
from control.cli.output import UNKNOWN, say, tell, tell_facts, tell_json
from control.cli.service_options import JsonOption, NamespaceOption
from control.cli.stack import StackOption
from control.warehouses.names import NAMESPACE

if TYPE_CHECKING:
    from control.cli.cluster import Cluster, Document
    from control.cli.service_view import ReplicaView, ServiceView

ReplicaArgument = Annotated[
    str,
    typer.Argument(metavar="REPLICA", help="Its id or its pod, as `byoc replica list` shows them."),
]

app = typer.Typer(
    name="replica",
    help="Replicas of services: list, show, logs, events.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.callback()
def replica() -> None:
    """Replicas of services."""


@app.command("list")
def list_replicas(
    service: Annotated[
        str | None,
        typer.Argument(metavar="SERVICE", help="Of this service; of all when left out."),
    ] = None,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    as_json: JsonOption = False,
) -> None:
    """List replicas with their phase, size, pod and address."""
    from control.cli.connection import connect
    from control.cli.service_reading import service as find_service
    from control.cli.service_reading import services_of
    from control.cli.service_tables import tell_replicas

    cluster = connect(stack)
    if service is None:
        services = services_of(cluster, namespace)
    else:
        services = [find_service(cluster, service, namespace)]
    found = [(each.name, one) for each in services for one in each.replicas]
    if as_json:
        tell_json([{"service": name, "replica": one} for name, one in found])
    elif found:
        tell_replicas(found)
    else:
        say(f"No replicas of {service}." if service else f"No replicas in {namespace}.")


@app.command()
def show(
    rid: ReplicaArgument,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    as_json: JsonOption = False,
) -> None:
    """Show a replica: its phase, its pod, and the node that the pod is on."""
    from control.cli.connection import connect

    cluster = connect(stack)
    service, view = replica_of(cluster, rid, namespace)
    node = node_of(cluster, view, namespace)
    if as_json:
        tell_json({"service": service.name, "replica": view, "node": node})
        return
    tell_facts(
        {
            "replica": view.rid,
            "service": service.name,
            "warehouse": service.warehouse,
            "phase": f"{view.phase}: {view.reason}" if view.reason else view.phase,
            "serving": "yes" if view.serving else "no",
            "size": view.size,
            "pod": view.pod or UNKNOWN,
            "address": view.address or UNKNOWN,
            "node": node,
        }
    )


@app.command()
def logs(
    rid: ReplicaArgument,
    tail: Annotated[int, typer.Option(metavar="COUNT", help="Its last lines.")] = 100,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing.")] = False,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
) -> None:
    """Print the server log of a replica."""
    from control.cli.connection import connect
    from control.cli.service_watching import log_lines, pods_of

    cluster = connect(stack)
    service, view = replica_of(cluster, rid, namespace)
    pod = pods_of(cluster, service).get(view.rid)
    if pod is None:
        raise CliError(
            f"Replica {view.rid} of {service.name} has no pod now.",
            f"Its phase is {view.phase}; `byoc replica events {rid}` says what was reported.",
        )
    for line in log_lines(cluster, view.rid, pod, tail, follow):
        tell(line)


@app.command()
def events(
    rid: ReplicaArgument,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    as_json: JsonOption = False,
) -> None:
    """List what Kubernetes and the controller reported on a replica."""
    from control.cli.cluster import EVENT
    from control.cli.connection import connect
    from control.cli.event_table import tell_events

    cluster = connect(stack)
    service, view = replica_of(cluster, rid, namespace)
    found = [each for each in cluster.list(EVENT, namespace) if is_about(each, service, view.rid)]
    tell_events(found, of=f"replica {view.rid}", as_json=as_json)


def replica_of(cluster: Cluster, name: str, namespace: str) -> tuple[ServiceView, ReplicaView]:
    """With its service; or an error that lists the replicas there are."""
    from control.cli.service_reading import services_of

    known = [(of, each) for of in services_of(cluster, namespace) for each in of.replicas]
    found = [(of, each) for of, each in known if name in (each.rid, each.pod)]
    if not found:
        raise CliError(
            f"There is no replica {name!r} in namespace {namespace}.",
            f"There are: {', '.join(sorted(each.rid for _, each in known)) or 'none'}.",
        )
    if len(found) > 1:
        raise CliError(
            f"Replica {name} is there {len(found)} times, in several services.",
            f"Name its pod instead: {' or '.join(sorted(each.pod for _, each in found))}.",
        )
    return found[0]


def node_of(cluster: Cluster, view: ReplicaView, namespace: str) -> str:
    from control.cli.cluster import POD

    pod = cluster.find(POD, view.pod, namespace) if view.pod else None
    return str(pod["spec"].get("nodeName", UNKNOWN)) if pod else UNKNOWN


def is_about(event: Document, service: ServiceView, rid: str) -> bool:
    """Of its set, pod, volumes or configuration: their names hold its full name."""
    name = str(event["involvedObject"].get("name", ""))
    return f"-{service.warehouse}-{service.name}-{rid}-" in f"-{name}-"
