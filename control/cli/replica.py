"""`byoc replica`: the replicas of services."""

from __future__ import annotations

from typing import Annotated

import typer

from control.cli.output import say, tell_json
from control.cli.service_options import JsonOption, NamespaceOption
from control.cli.stack import StackOption
from control.warehouses.names import NAMESPACE

app = typer.Typer(
    name="replica",
    help="Replicas of services.",
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
