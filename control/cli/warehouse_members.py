"""`byoc warehouse scale-keeper`: how many members Keeper has, one of them at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from control.cli.errors import UsageError
from control.cli.output import age, column, say, tell, tell_json, tell_table
from control.cli.service_options import (
    TIMEOUT_MINUTES,
    JsonOption,
    NamespaceOption,
    TimeoutOption,
    WaitOption,
    WarehouseArgument,
)
from control.cli.stack import StackOption
from control.warehouses.names import NAMESPACE

if TYPE_CHECKING:
    from control.cli.warehouse_view import KeeperMemberView, WarehouseView


def scale_keeper(
    name: WarehouseArgument,
    members: Annotated[
        int, typer.Option("--members", metavar="1|3|5", help="So many, in the end.")
    ],
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Change the number of Keeper's members; services go on meanwhile, and none is restarted."""
    from control.cli.cluster import WAREHOUSE
    from control.cli.connection import connect
    from control.cli.object_waiting import wait_for_warehouse
    from control.cli.warehouse_view import warehouse_view
    from control.warehouses.warehouse_schema import MEMBERS

    if members not in MEMBERS:
        raise UsageError(f"--members is {members}: 1, 3 or 5, so that a majority exists.")
    cluster = connect(stack)
    spec = {"keeper": {"replicas": members}}
    cluster.patch(WAREHOUSE, name, namespace, {"spec": spec})
    view = warehouse_view(cluster.get(WAREHOUSE, name, namespace))
    if wait:
        longest = timedelta(minutes=timeout)
        view = wait_for_warehouse(cluster, name, namespace, warehouse_view, line_of, ended, longest)
    if as_json:
        tell_json(view)
    else:
        say(f"{name}: {line_of(view)}.")


def ended(view: WarehouseView) -> bool:
    return view.heard and view.keeper_change == ""


def line_of(view: WarehouseView) -> str:
    from control.cli.warehouse_view import NOT_HEARD

    if not view.heard:
        return NOT_HEARD
    return f"Keeper {view.keeper} members ready" + (
        f", {view.keeper_change}" if view.keeper_change else ""
    )


def tell_members(members: tuple[KeeperMemberView, ...]) -> None:
    if not members:
        tell("none yet")
        return
    tell_table(
        [column("member"), column("state"), column("ready"), column("for", right=True)],
        [
            [str(each.member), each.state, "yes" if each.ready else "no", age(each.since)]
            for each in members
        ],
    )
