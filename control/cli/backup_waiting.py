"""Waits until a backup or a restore has ended, and shows its phases meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from control.cli.backup_view import (
    BackupView,
    RestoreView,
    backup_view,
    restore_view,
    sized,
)
from control.cli.errors import CliError
from control.cli.object_waiting import wait

if TYPE_CHECKING:
    from control.cli.cluster import Cluster

REFUSED = ("NoWarehouse", "NoBackupBucket")


def wait_for_backup(
    cluster: Cluster, name: str, namespace: str, timeout: timedelta, *, until_gone: bool = False
) -> BackupView | None:
    from control.cli.cluster import BACKUP

    def ended(view: BackupView | None) -> bool:
        if view is None:
            return True
        if until_gone:
            return False
        if view.phase == "Failed" or view.reason in REFUSED:
            raise CliError(
                f"Backup {name} failed: {view.message or view.reason}",
                f"`byoc backup show {name}` tells more.",
            )
        return view.phase == "Done"

    return wait(cluster, BACKUP, name, namespace, backup_view, backup_line, ended, timeout)


def wait_for_restore(
    cluster: Cluster, name: str, namespace: str, timeout: timedelta
) -> RestoreView | None:
    from control.cli.cluster import WAREHOUSE

    def ended(view: RestoreView | None) -> bool:
        if view is not None and view.phase == "Failed":
            raise CliError(
                f"The restore into {name} failed: {view.message or view.reason}",
                f"Look at `byoc warehouse show {name}`, delete it, and restore into another one.",
            )
        return view is None or view.phase == "Done"

    return wait(cluster, WAREHOUSE, name, namespace, restore_view, restore_line, ended, timeout)


def backup_line(view: BackupView) -> str:
    parts = [view.phase]
    if view.phase == "Running":
        parts.append(f"{view.type} on replica {view.replica}, {view.files_written} files written")
    elif view.phase == "Done":
        parts.append(f"{view.type}, {sized(view.size_bytes)}")
    if view.message:
        parts.append(view.message)
    return ", ".join(parts)


def restore_line(view: RestoreView) -> str:
    said = view.message if view.message != view.step else ""
    return ", ".join(part for part in (view.phase, view.step, view.backup, said) if part)
