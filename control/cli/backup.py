"""`byoc backup`: backups of warehouses, and new warehouses made of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from control.cli import backup_restoring
from control.cli.errors import CliError
from control.cli.output import say, tell, tell_json
from control.cli.service_options import JsonOption, NamespaceOption, TimeoutOption, WaitOption
from control.cli.stack import StackOption
from control.warehouses.names import KEEP_FILES, NAMESPACE

if TYPE_CHECKING:
    from control.cli.backup_view import BackupView
    from control.cli.cluster import Cluster

BACKUP_TIMEOUT_MINUTES = 120
NameArgument = Annotated[str, typer.Argument(metavar="BACKUP", help="Name of the backup.")]

app = typer.Typer(
    name="backup",
    help="Backups: create, list, show, delete, restore, drill.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.command()
def create(
    warehouse: Annotated[str, typer.Argument(metavar="WAREHOUSE", help="What is backed up.")],
    name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Its name; one with the time when absent."),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Not on top of an earlier one.")] = False,
    keep: Annotated[
        int | None,
        typer.Option(
            metavar="HOURS", help="How long it is kept; else as the warehouse says.", min=1
        ),
    ] = None,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = BACKUP_TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Back a warehouse up now."""
    from control.cli.backup_view import backup_view, tell_backups
    from control.cli.backup_waiting import wait_for_backup
    from control.cli.cluster import BACKUP, WAREHOUSE
    from control.cli.connection import connect
    from control.warehouses.backup_objects import backup_document

    cluster = connect(stack)
    cluster.get(WAREHOUSE, warehouse, namespace)
    name = name or f"{warehouse}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    spec = {"warehouse": warehouse, "type": "full" if full else "auto"}
    kept = {"retentionHours": keep} if keep else {}
    made = cluster.create(BACKUP, backup_document(name, namespace, {**spec, **kept}))
    view: BackupView | None = backup_view(made)
    if wait:
        view = wait_for_backup(cluster, name, namespace, timedelta(minutes=timeout))
    if view is None:
        raise CliError(f"Backup {name} was deleted meanwhile.")
    if as_json:
        tell_json(view)
    else:
        tell_backups([view])


@app.command("list")
def list_backups(
    warehouse: Annotated[
        str | None, typer.Argument(metavar="[WAREHOUSE]", help="Only those of this one.")
    ] = None,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    as_json: JsonOption = False,
) -> None:
    """List backups, the newest first."""
    from control.cli.backup_view import tell_backups
    from control.cli.connection import connect

    found = backups_of(connect(stack), namespace, warehouse)
    if as_json:
        tell_json(found)
    elif found:
        tell_backups(found)
    else:
        say(f"No backups in {namespace}" + (f" of {warehouse}." if warehouse else "."))


def backups_of(cluster: Cluster, namespace: str, warehouse: str | None) -> list[BackupView]:
    from control.cli.backup_view import backup_view
    from control.cli.cluster import BACKUP

    found = [backup_view(each) for each in cluster.list(BACKUP, namespace)]
    wanted = [each for each in found if warehouse in (None, each.warehouse)]
    return sorted(
        wanted,
        key=lambda each: (each.created_at or datetime.min.replace(tzinfo=UTC), each.name),
        reverse=True,
    )


@app.command()
def show(
    name: NameArgument,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    as_json: JsonOption = False,
) -> None:
    """Show a backup with the figures of its tables."""
    from control.cli.backup_view import backup_view, tell_backup
    from control.cli.cluster import BACKUP
    from control.cli.connection import connect

    view = backup_view(connect(stack).get(BACKUP, name, namespace))
    if as_json:
        tell_json(view)
    else:
        tell_backup(view)


@app.command()
def delete(
    name: NameArgument,
    keep_files: Annotated[
        bool, typer.Option("--keep-files", help="Forget it; what is in the bucket stays.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = BACKUP_TIMEOUT_MINUTES,
) -> None:
    """Delete a backup and its objects in the bucket; one that others build on waits for these."""
    from control.cli.backup_view import backup_view
    from control.cli.backup_waiting import wait_for_backup
    from control.cli.cluster import BACKUP
    from control.cli.confirmation import confirm_by_name, require_terminal
    from control.cli.connection import connect

    if not yes:
        require_terminal("byoc backup delete")
    cluster = connect(stack)
    view = backup_view(cluster.get(BACKUP, name, namespace))
    if not yes:
        fate = "; its files stay in the bucket." if keep_files else " for good."
        confirm_by_name(f"This deletes backup {name} of {view.warehouse}{fate}", name)
    if keep_files:
        cluster.patch(BACKUP, name, namespace, {"metadata": {"annotations": {KEEP_FILES: ""}}})
    cluster.delete(BACKUP, name, namespace)
    if wait:
        limit = timedelta(minutes=timeout)
        wait_for_backup(cluster, name, namespace, limit, until_gone=True)
    tell(f"{name} is deleted." if wait else f"{name} is being deleted.")


app.command()(backup_restoring.restore)
app.command()(backup_restoring.drill)
