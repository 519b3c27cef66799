"""`byoc service autoscale | idle`: what a service may do about its size and its sleep by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from control.cli.service_options import (
    TIMEOUT_MINUTES,
    JsonOption,
    NameArgument,
    NamespaceOption,
)
from control.cli.service_writing import apply, finish
from control.cli.stack import StackOption
from control.warehouses.names import NAMESPACE


def autoscale(
    name: NameArgument,
    mode: Annotated[
        str | None,
        typer.Option(
            metavar="off|recommend|apply", help="What is done with the answer.", show_default=False
        ),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(metavar="classic|target_tracking", help="By which rule.", show_default=False),
    ] = None,
    replicas: Annotated[
        str | None,
        typer.Option(
            metavar="LEAST:MOST|off",
            help="Count replicas of one size instead of changing their size.",
            show_default=False,
        ),
    ] = None,
    schedule: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Rules for fixed times.", show_default=False),
    ] = None,
    no_schedule: Annotated[
        bool, typer.Option("--no-schedule", help="Forget the rules for fixed times.")
    ] = False,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    as_json: JsonOption = False,
) -> None:
    """Say how a service is sized by itself; its bounds are those of `byoc service scale`."""
    from control.cli.connection import connect
    from control.cli.schedule_file import rules_in
    from control.cli.service_changes import Sizing, sizing

    rules = rules_in(schedule, datetime.now(UTC).date()) if schedule else None
    asked = Sizing(
        mode=mode, policy=policy, replicas=replicas, rules=rules, without_rules=no_schedule
    )
    change = sizing(asked)
    cluster = connect(stack)
    apply(cluster, name, namespace, change)
    finish(cluster, name, namespace, None, TIMEOUT_MINUTES, as_json=as_json)


def idle(
    name: NameArgument,
    after: Annotated[
        int | None,
        typer.Option(
            metavar="MINUTES", help="Sleep when nobody queries for so long.", show_default=False
        ),
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Never sleep.")] = False,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    as_json: JsonOption = False,
) -> None:
    """Let a service sleep when nobody queries it, or never."""
    from control.cli.connection import connect
    from control.cli.service_changes import sleeping

    change = sleeping(after, off=off)
    cluster = connect(stack)
    apply(cluster, name, namespace, change)
    finish(cluster, name, namespace, None, TIMEOUT_MINUTES, as_json=as_json)
