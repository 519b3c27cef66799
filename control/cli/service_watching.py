"""`byoc service logs | events`: what its servers wrote, what was reported on it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from control.cli.errors import CliError
from control.cli.output import UNKNOWN, tell
from control.cli.service_options import JsonOption, NameArgument, NamespaceOption
from control.cli.service_reading import service
from control.cli.stack import StackOption
from control.warehouses.names import NAMESPACE, REPLICA_LABEL, SERVICE_LABEL, WAREHOUSE_LABEL

if TYPE_CHECKING:
    from control.cli.cluster import Cluster, Document
    from control.cli.service_view import ServiceView

CONTAINER_ANNOTATION = "kubectl.kubernetes.io/default-container"


def logs(
    name: NameArgument,
    replica: Annotated[
        str | None, typer.Option(metavar="ID", help="Of this replica only.", show_default=False)
    ] = None,
    tail: Annotated[int, typer.Option(metavar="COUNT", help="Last lines of each replica.")] = 100,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing.")] = False,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
) -> None:
    """Print the server logs of a service's replicas, each line with its replica."""
    from control.cli.connection import connect

    cluster = connect(stack)
    view = service(cluster, name, namespace)
    pods = pods_of(cluster, view)
    if replica is not None:
        pods = {rid: pod for rid, pod in pods.items() if rid == replica}
    if not pods:
        raise CliError(
            f"{name} has no pod" + (f" of replica {replica!r}." if replica else " now."),
            f"`byoc replica list {name}` shows the replicas; its phase is {view.phase}.",
        )
    streams = [log_lines(cluster, rid, pod, tail, follow) for rid, pod in pods.items()]
    for line in merged(streams) if follow else (line for stream in streams for line in stream):
        tell(line)


def pods_of(cluster: Cluster, view: ServiceView) -> dict[str, Document]:
    """By replica id."""
    from control.cli.cluster import POD

    labels = {SERVICE_LABEL: view.name, WAREHOUSE_LABEL: view.warehouse}
    pods = cluster.list(POD, view.namespace, labels=labels)
    return {pod["metadata"]["labels"].get(REPLICA_LABEL, UNKNOWN): pod for pod in pods}


def log_lines(cluster: Cluster, rid: str, pod: Document, tail: int, follow: bool) -> Iterator[str]:
    meta = pod["metadata"]
    containers = [each["name"] for each in pod["spec"]["containers"]]
    container = (meta.get("annotations") or {}).get(CONTAINER_ANNOTATION, containers[0])
    lines = cluster.logs(
        meta["name"], meta["namespace"], container=container, tail=tail, follow=follow
    )
    for line in lines:
        yield f"{rid}  {line}"


def merged(streams: Sequence[Iterator[str]]) -> Iterator[str]:
    """Lines as they come, until every stream has ended."""
    lines: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()

    def drain(stream: Iterator[str]) -> None:
        try:
            for line in stream:
                lines.put(line)
            lines.put(None)
        except Exception as error:
            lines.put(error)  # raised in the thread that prints

    for stream in streams:
        threading.Thread(target=drain, args=(stream,), daemon=True).start()
    open_streams = len(streams)
    while open_streams:
        line = lines.get()
        if isinstance(line, Exception):
            raise line
        if line is None:
            open_streams -= 1
        else:
            yield line


def events(
    name: NameArgument,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    as_json: JsonOption = False,
) -> None:
    """List what Kubernetes and the controller reported on a service and its replicas."""
    from control.cli.cluster import EVENT
    from control.cli.connection import connect
    from control.cli.event_table import tell_events

    cluster = connect(stack)
    view = service(cluster, name, namespace)
    found = [each for each in cluster.list(EVENT, namespace) if is_about(each, view)]
    tell_events(found, of=name, as_json=as_json)


def is_about(event: Document, view: ServiceView) -> bool:
    """Of the service itself, or of a pod, set or claim whose name begins with its full name."""
    name = str(event["involvedObject"].get("name", ""))
    if name == view.name:
        return bool(event["involvedObject"].get("kind") == "Service")
    full_name = f"{view.warehouse}-{view.name}"
    return name == full_name or name.startswith(f"{full_name}-")
