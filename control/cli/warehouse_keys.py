"""`byoc warehouse rotate-key`: another data key for what an encrypted warehouse writes from now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from control.cli.errors import CliError
from control.cli.output import say, tell, tell_json
from control.cli.service_options import (
    TIMEOUT_MINUTES,
    JsonOption,
    NamespaceOption,
    TimeoutOption,
    WaitOption,
    WarehouseArgument,
)
from control.cli.stack import StackOption
from control.warehouses.data_keys import MOST_DATA_KEYS
from control.warehouses.names import NAMESPACE

if TYPE_CHECKING:
    from control.cli.cluster import Cluster, Document
    from control.cli.warehouse_view import WarehouseView


def rotate_key(
    name: WarehouseArgument,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Make another data key; replicas are replaced, one made before one goes, to write by it."""
    from control.cli.cluster import WAREHOUSE
    from control.cli.connection import connect
    from control.cli.warehouse_view import warehouse_view

    cluster = connect(stack)
    found = cluster.get(WAREHOUSE, name, namespace)
    wanted = next_number(name, found)
    changed = cluster.patch(
        WAREHOUSE, name, namespace, {"spec": {"encryption": {"dataKeys": wanted}}}
    )
    view = warehouse_view(changed)
    if wait:
        view = wait_until_made(cluster, name, namespace, wanted, timedelta(minutes=timeout))
    if as_json:
        tell_json(view)
        return
    tell(f"{name} has data key {wanted}." if wait else f"{name} gets data key {wanted}.")
    say("Its replicas are replaced to write by it: `byoc service list` tells when they are.")


def next_number(name: str, found: Document) -> int:
    """One rotation at a time: until a key is there, asking again asks for the same one."""
    spec: Document = found.get("spec") or {}
    if "encryption" not in spec:
        raise CliError(
            f"Warehouse {name} is not encrypted, and cannot become so.",
            f"Make another one with --tde, and restore a backup of {name} into it.",
        )
    profile = spec.get("storageProfile", "replicated")
    if profile != "replicated":
        raise CliError(
            f"Warehouse {name} has storage profile {profile}: its replicas share objects, and"
            " cannot get another data key one after the other."
        )
    made = ((found.get("status") or {}).get("encryption") or {}).get("dataKeys", 0)
    wanted: int = spec["encryption"].get("dataKeys", 1)
    if made >= MOST_DATA_KEYS:
        raise CliError(
            f"Warehouse {name} has {made} data keys, as many as may be.",
            "Restore a backup of it into a new warehouse, which begins with one.",
        )
    return wanted + 1 if made >= wanted else wanted


def wait_until_made(
    cluster: Cluster, name: str, namespace: str, wanted: int, timeout: timedelta
) -> WarehouseView:
    from control.cli.object_waiting import wait_for_warehouse
    from control.cli.warehouse_view import warehouse_view

    def ended(view: WarehouseView) -> bool:
        return (view.data_keys or 0) >= wanted

    def line(view: WarehouseView) -> str:
        return f"{view.data_keys} of {wanted} data keys"

    return wait_for_warehouse(cluster, name, namespace, warehouse_view, line, ended, timeout)
