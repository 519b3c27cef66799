"""Waits until a backup or a restore has ended, and shows its phases meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from control.cli import waiting
from control.cli.backup_view import (
    BackupView,
    RestoreView,
    backup_view,
    restore_view,
    sized,
)
from control.cli.errors import CliError
from control.cli.waiting import SILENCE_ALLOWED_S, phase_lines
from control.cli.wording import clock

if TYPE_CHECKING:
    from control.cli.cluster import Cluster, Kind

View = TypeVar("View", BackupView, RestoreView)
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


def wait(
    cluster: Cluster,
    kind: Kind,
    name: str,
    namespace: str,
    read: Callable[[dict[str, object]], View],
    line_of: Callable[[View], str],
    ended: Callable[[View | None], bool],
    timeout: timedelta,
) -> View | None:
    started_s = time.monotonic()
    line = ""
    with phase_lines() as lines:
        try:
            while True:
                document = look(cluster, kind, name, namespace)
                view = read(document) if document else None
                spent_s = time.monotonic() - started_s
                line = line_of(view) if view else "gone"
                lines.show(line, spent_s)
                if ended(view):
                    return view
                if spent_s > timeout.total_seconds():
                    raise still(kind, name, line, f"not within {clock(spent_s)}")
                time.sleep(waiting.LOOK_EVERY_S)
        except KeyboardInterrupt:
            raise still(kind, name, line, "stopped waiting") from None


def look(cluster: Cluster, kind: Kind, name: str, namespace: str) -> dict[str, object] | None:
    """An API server that is away for a moment is no reason to give up."""
    from control.cli.cluster import UnreachableError

    silent_since_s = time.monotonic()
    while True:
        try:
            return cluster.find(kind, name, namespace)
        except UnreachableError:
            if time.monotonic() - silent_since_s > SILENCE_ALLOWED_S:
                raise
            time.sleep(waiting.LOOK_EVERY_S)


def still(kind: Kind, name: str, line: str, why: str) -> CliError:
    return CliError(
        f"{name}: {why}; last seen: {line}.",
        f"It goes on in the cluster: `byoc {kind.name.lower()} show {name}` looks again.",
    )


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
