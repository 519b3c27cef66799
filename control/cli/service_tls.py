"""`byoc service tls`: let a service end TLS in its replicas, or end it no more."""

from __future__ import annotations

from typing import Annotated

import typer

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
from control.warehouses.names import NAMESPACE


def tls(
    name: NameArgument,
    secret: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Secret with tls.crt and tls.key.", show_default=False),
    ] = None,
    host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Name that clients ask for; repeatable."),
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="End TLS here no more.")] = False,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Let a service end TLS by a certificate of its own; new replicas serve before old ones go."""
    from control.cli.connection import connect
    from control.cli.service_changes import tls_change
    from control.cli.waiting import running

    change = tls_change(secret, host or (), off=off)
    cluster = connect(stack)
    apply(cluster, name, namespace, change)
    finish(cluster, name, namespace, running if wait else None, timeout, as_json=as_json)
