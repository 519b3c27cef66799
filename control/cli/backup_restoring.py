"""`byoc backup restore | drill`: a new warehouse out of a backup, to stay or to be looked at."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from control.cli.errors import CliError, UsageError
from control.cli.output import say, tell_json
from control.cli.service_options import JsonOption, NamespaceOption, TimeoutOption, WaitOption
from control.cli.stack import StackOption
from control.warehouses.names import API_VERSION, NAMESPACE

if TYPE_CHECKING:
    from control.cli.backup_view import RestoreView
    from control.cli.cluster import Cluster, Document

RESTORE_TIMEOUT_MINUTES = 240
SHARED = ("version", "image", "storageProfile", "acceptExperimental", "disk", "replicaVolume")
SMALLEST: Document = {"replicas": 2, "memory": {"minGib": 8, "maxGib": 8}}
AtOption = Annotated[
    datetime | None,
    typer.Option(
        metavar="TIME",
        formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        help="The newest backup begun at or before this moment, in UTC.",
        show_default=False,
    ),
]


def restore(
    into: Annotated[str, typer.Argument(metavar="NEW", help="Name of the new warehouse.")],
    backup: Annotated[
        str | None, typer.Option("--backup", metavar="NAME", help="This backup.")
    ] = None,
    warehouse: Annotated[
        str | None,
        typer.Option("--warehouse", metavar="NAME", help="The newest good one of this warehouse."),
    ] = None,
    at: AtOption = None,
    tde: Annotated[
        bool,
        typer.Option("--tde", help="Encrypt the new one; as its source where that is there."),
    ] = False,
    service: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Its primary; named as the warehouse when absent."),
    ] = None,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = RESTORE_TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Restore a backup into a new warehouse; the old one, if it is there, is not touched."""
    from control.cli.backup_view import restore_view, tell_restore
    from control.cli.backup_waiting import wait_for_restore
    from control.cli.cluster import BACKUP, WAREHOUSE
    from control.cli.connection import connect

    if (backup is None) == (warehouse is None) or (at is not None and warehouse is None):
        raise UsageError(
            "A restore is of one backup, or of a warehouse.",
            "Give --backup NAME, or --warehouse NAME, with --at TIME for an earlier moment.",
        )
    cluster = connect(stack)
    if backup is not None:
        warehouse = cluster.get(BACKUP, backup, namespace)["spec"]["warehouse"]
    source: dict[str, Any] = {"backup": backup} if backup else {"warehouse": warehouse}
    if at is not None:
        source["at"] = f"{at.replace(tzinfo=UTC):%Y-%m-%dT%H:%M:%SZ}"
    make(
        cluster,
        namespace,
        str(warehouse),
        into,
        service or into,
        source,
        like_the_source=True,
        tde=tde,
    )
    view: RestoreView | None = restore_view(cluster.get(WAREHOUSE, into, namespace))
    if wait:
        view = wait_for_restore(cluster, into, namespace, timedelta(minutes=timeout))
    if view is None:
        raise CliError(f"Warehouse {into} was deleted meanwhile.")
    if as_json:
        tell_json(view)
    else:
        tell_restore(view)
        say(f"Services can be added at once: `byoc service create NAME --warehouse {into}`.")
    if view.differing:
        raise CliError(f"{len(view.differing)} tables differ from what was backed up.")


def drill(
    warehouse: Annotated[str, typer.Argument(metavar="WAREHOUSE", help="Whose backup is tried.")],
    backup: Annotated[
        str | None, typer.Option("--backup", metavar="NAME", help="This one, not the newest.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the warehouse there.")] = False,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    timeout: TimeoutOption = RESTORE_TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Restore a backup into a warehouse of its own, compare all tables, and delete it again."""
    from control.cli.backup_view import tell_restore
    from control.cli.backup_waiting import wait_for_restore
    from control.cli.connection import connect

    cluster = connect(stack)
    name = f"drill-{secrets.token_hex(4)}"
    source = (
        {"backup": backup} if backup else {"warehouse": newest_of(cluster, warehouse, namespace)}
    )
    make(cluster, namespace, warehouse, name, name, source, like_the_source=False, tde=False)
    try:
        view = wait_for_restore(cluster, name, namespace, timedelta(minutes=timeout))
    finally:
        if keep:
            say(f"Warehouse {name} stays: delete its service and then it, when it is not needed.")
        else:
            clear_away(cluster, name, namespace)
    if view is None:
        raise CliError(f"Warehouse {name} was deleted meanwhile.")
    if as_json:
        tell_json(view)
    else:
        tell_restore(view)
    if view.differing:
        raise CliError(f"{len(view.differing)} tables differ from what was backed up.")
    if not view.tables:
        raise CliError("Restored, but nothing was compared: the backup has no figures.")


def newest_of(cluster: Cluster, warehouse: str, namespace: str) -> str:
    """The name itself, once it is certain that a good backup is there."""
    from control.cli.backup import backups_of

    if not any(each.phase == "Done" for each in backups_of(cluster, namespace, warehouse)):
        raise CliError(
            f"Warehouse {warehouse} has no good backup.",
            f"`byoc backup create {warehouse}` makes one.",
        )
    return warehouse


def make(
    cluster: Cluster,
    namespace: str,
    source_name: str,
    name: str,
    service: str,
    restore_from: dict[str, Any],
    *,
    like_the_source: bool,
    tde: bool,
) -> None:
    from control.cli.cluster import SERVICE, WAREHOUSE

    source = cluster.find(WAREHOUSE, source_name, namespace)
    services = cluster.list(SERVICE, namespace) if like_the_source else []
    primary = next((each["spec"] for each in services if is_primary(each, source_name)), SMALLEST)
    spec = (source or {}).get("spec") or {}
    spec |= {"encryption": {}} if tde else {}
    cluster.create(
        WAREHOUSE,
        document("Warehouse", name, namespace, new_warehouse(spec, restore_from, like_the_source)),
    )
    size = {key: primary[key] for key in ("replicas", "memory")}
    made = {"warehouse": name, "role": "primary", **size}
    cluster.create(SERVICE, document("Service", service, namespace, made))


def new_warehouse(
    source: Document, restore_from: dict[str, Any], like_the_source: bool
) -> dict[str, Any]:
    """Like its source where data depends on it; one for a drill is as small as may be."""
    spec = {key: source[key] for key in SHARED if key in source} | {"restoreFrom": restore_from}
    if "encryption" in source:
        spec["encryption"] = {}  # its own first data key
    if like_the_source:
        kept = {key: source[key] for key in ("keeper", "dataRetention") if key in source}
        return {**spec, **kept}
    small = {"keeper": {"replicas": 1}, "dataRetention": "delete", "backup": {"enabled": False}}
    return {**spec, **small}


def is_primary(service: Document, warehouse: str) -> bool:
    spec = service["spec"]
    return bool(spec["warehouse"] == warehouse and spec["role"] == "primary")


def document(kind: str, name: str, namespace: str, spec: dict[str, Any]) -> dict[str, Any]:
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": meta, "spec": spec}


def clear_away(cluster: Cluster, name: str, namespace: str) -> None:
    """The controller takes them down in their order, also when nobody waits for it."""
    from control.cli.cluster import SERVICE, WAREHOUSE, NotFoundError

    for kind in (SERVICE, WAREHOUSE):
        try:
            cluster.delete(kind, name, namespace)
        except NotFoundError:
            continue
    say(f"Warehouse {name} of the drill is being deleted with its data.")
