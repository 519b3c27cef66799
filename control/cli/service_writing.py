"""`byoc service create | scale | stop | start | restart | rename | delete`: wanted state in the
cluster, which the controller brings about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from control.cli.output import say, tell, tell_json
from control.cli.service_options import (
    TIMEOUT_MINUTES,
    JsonOption,
    MaxMemoryOption,
    MemoryOption,
    MinMemoryOption,
    NameArgument,
    NamespaceOption,
    ReplicasOption,
    TimeoutOption,
    WaitOption,
)
from control.cli.stack import StackOption
from control.warehouses.names import NAMESPACE

if TYPE_CHECKING:
    from control.cli.cluster import Cluster, Document
    from control.cli.waiting import Reached


def create(
    name: NameArgument,
    warehouse: Annotated[str, typer.Option(metavar="NAME", help="Whose data it serves.")],
    role: Annotated[
        str | None,
        typer.Option(
            metavar="primary|secondary",
            help="The first service of a warehouse is its primary.",
            show_default=False,
        ),
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Refuse writes; fixed at creation.")
    ] = False,
    replicas: ReplicasOption = None,
    memory: MemoryOption = None,
    min_memory: MinMemoryOption = None,
    max_memory: MaxMemoryOption = None,
    idle_after: Annotated[
        int | None,
        typer.Option(metavar="MINUTES", help="Sleep when nobody queries.", show_default=False),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(metavar="CIDR", help="Network that may connect; repeatable."),
    ] = None,
    tls_secret: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Secret with tls.crt and tls.key, by which it ends TLS itself.",
            show_default=False,
        ),
    ] = None,
    tls_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Name that TLS clients ask for; repeatable."),
    ] = None,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Create a service on the data of a warehouse."""
    from control.cli.cluster import SERVICE, WAREHOUSE
    from control.cli.connection import connect
    from control.cli.service_changes import Memory, NewService, role_for, service_document, tls_of
    from control.cli.waiting import running

    tls = tls_of(tls_secret, tls_host or (), option="--tls-secret")
    cluster = connect(stack)
    cluster.get(WAREHOUSE, warehouse, namespace)
    found = cluster.list(SERVICE, namespace)
    siblings = [each for each in found if each["spec"]["warehouse"] == warehouse]
    new = NewService(
        name=name,
        namespace=namespace,
        warehouse=warehouse,
        role=role or role_for(siblings),
        read_only=read_only,
        replicas=replicas,
        memory=Memory(now=memory, smallest=min_memory, largest=max_memory),
        idle_minutes=idle_after,
        allow=allow or (),
        tls=tls,
    )
    cluster.create(SERVICE, service_document(new))
    finish(cluster, name, namespace, running if wait else None, timeout, as_json=as_json)


def scale(
    name: NameArgument,
    replicas: ReplicasOption = None,
    memory: MemoryOption = None,
    min_memory: MinMemoryOption = None,
    max_memory: MaxMemoryOption = None,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Change the number or the size of replicas; new ones serve before old ones go."""
    from control.cli.connection import connect
    from control.cli.service_changes import Memory, scaling
    from control.cli.service_reading import service_document
    from control.cli.waiting import running

    cluster = connect(stack)
    asked = Memory(now=memory, smallest=min_memory, largest=max_memory)
    patch = scaling(service_document(cluster, name, namespace), replicas, asked)
    apply(cluster, name, namespace, patch)
    finish(cluster, name, namespace, running if wait else None, timeout, as_json=as_json)


def stop(
    name: NameArgument,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Stop all replicas; the data stays."""
    from control.cli.connection import connect
    from control.cli.service_changes import wanted
    from control.cli.waiting import stopped

    cluster = connect(stack)
    apply(cluster, name, namespace, wanted("Stopped"))
    finish(cluster, name, namespace, stopped if wait else None, timeout, as_json=as_json)


def start(
    name: NameArgument,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Start a stopped service."""
    from control.cli.connection import connect
    from control.cli.service_changes import wanted
    from control.cli.waiting import running

    cluster = connect(stack)
    apply(cluster, name, namespace, wanted("Running"))
    finish(cluster, name, namespace, running if wait else None, timeout, as_json=as_json)


def restart(
    name: NameArgument,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Replace every replica by a new one; new ones serve before old ones go."""
    from control.cli.connection import connect
    from control.cli.service_changes import renewed
    from control.cli.waiting import running

    cluster = connect(stack)
    apply(cluster, name, namespace, renewed(datetime.now(UTC)))
    finish(cluster, name, namespace, running if wait else None, timeout, as_json=as_json)


def rename(
    name: NameArgument,
    display_name: Annotated[
        str, typer.Argument(metavar="CALLED", help="What people are to call it.")
    ],
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    as_json: JsonOption = False,
) -> None:
    """Call a service otherwise; its endpoint and the name that commands take stay."""
    from control.cli.connection import connect
    from control.cli.service_changes import renamed
    from control.cli.service_reading import service, tell_service

    cluster = connect(stack)
    apply(cluster, name, namespace, renamed(display_name))
    view = service(cluster, name, namespace)
    if as_json:
        tell_json(view)
    else:
        tell_service(view)


def delete(
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Delete a service; the warehouse decides what becomes of the data with its primary."""
    from control.cli.cluster import SERVICE
    from control.cli.confirmation import confirm_by_name, require_terminal
    from control.cli.connection import connect
    from control.cli.service_reading import service
    from control.cli.waiting import gone

    if not yes:
        require_terminal("byoc service delete")
    cluster = connect(stack)
    view = service(cluster, name, namespace)
    if not yes:
        what = f"This deletes the {view.role} service {name} of warehouse {view.warehouse}"
        confirm_by_name(
            f"{what}: {fate_of_data(cluster, view.warehouse, view.role, namespace)}", name
        )
    cluster.delete(SERVICE, name, namespace)
    finish(cluster, name, namespace, gone if wait else None, timeout, as_json=as_json)


def fate_of_data(cluster: Cluster, warehouse: str, role: str, namespace: str) -> str:
    from control.cli.cluster import WAREHOUSE
    from control.cli.warehouse_view import warehouse_view

    if role != "primary":
        return "the data stays with the warehouse."
    found = cluster.find(WAREHOUSE, warehouse, namespace)
    if found is None:
        return "what becomes of the data is unknown, its warehouse is not there."
    kept = warehouse_view(found).data_retention == "retain"
    return "the data stays in the bucket." if kept else "THE DATA IS DELETED WITH IT."


def apply(cluster: Cluster, name: str, namespace: str, patch: Document) -> None:
    from control.cli.cluster import SERVICE
    from control.cli.service_reading import service_document

    service_document(cluster, name, namespace)
    cluster.patch(SERVICE, name, namespace, patch)


def finish(
    cluster: Cluster,
    name: str,
    namespace: str,
    reached: Reached | None,
    timeout_minutes: int,
    *,
    as_json: bool,
) -> None:
    """Wait if asked to, and tell where the service stands."""
    from control.cli.service_tables import tell_services
    from control.cli.waiting import look, wait_for

    if reached is None:
        view = look(cluster, name, namespace)
    else:
        timeout = timedelta(minutes=timeout_minutes)
        view = wait_for(cluster, name, namespace, reached, timeout)
    if as_json:
        tell_json(view)
    elif view is None:
        tell(f"{name} is deleted.")
    else:
        tell_services([view])
        if reached is None:
            say(f"The controller goes on from here: `byoc service show {name}`.")
