"""`byoc service wake | sleep`: call a sleeping service, or let one sleep without its timeout."""

from __future__ import annotations

from datetime import UTC, datetime

from control.cli.errors import CliError
from control.cli.service_options import (
    TIMEOUT_MINUTES,
    JsonOption,
    NameArgument,
    NamespaceOption,
    TimeoutOption,
    WaitOption,
)
from control.cli.service_writing import apply, finish
from control.cli.stack import StackOption
from control.warehouses.names import NAMESPACE, SLEEP, WAKE


def wake(
    name: NameArgument,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Wake a service that sleeps; a client that connects does the same."""
    from control.cli.connection import connect
    from control.cli.service_reading import service_document
    from control.cli.waiting import running

    cluster = connect(stack)
    if service_document(cluster, name, namespace)["spec"].get("desired") == "Stopped":
        raise CliError(f"{name} was stopped by hand.", f"`byoc service start {name}` starts it.")
    apply(cluster, name, namespace, request(WAKE, datetime.now(UTC)))
    finish(cluster, name, namespace, running if wait else None, timeout, as_json=as_json)


def sleep(
    name: NameArgument,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Let a service sleep now if nothing else keeps it awake; the next client wakes it."""
    from control.cli.connection import connect
    from control.cli.service_reading import service_document
    from control.cli.waiting import idle

    cluster = connect(stack)
    spec = service_document(cluster, name, namespace)["spec"]
    if not (spec.get("idle") or {}).get("enabled"):
        raise CliError(
            f"{name} never sleeps: its spec.idle.enabled is false.",
            "Set it true, or stop the service with `byoc service stop`.",
        )
    apply(cluster, name, namespace, request(SLEEP, datetime.now(UTC)))
    finish(cluster, name, namespace, idle if wait else None, timeout, as_json=as_json)


def request(what: str, now: datetime) -> dict[str, object]:
    """Any new value asks once."""
    return {"metadata": {"annotations": {what: now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}}}
