"""Restores, from and to the documents of the API server."""

from collections.abc import Mapping
from typing import Any

from control.warehouses.backup_objects import moment_in, place_from, place_status, text_of
from control.warehouses.restore import (
    MOST_NAMED,
    Restore,
    RestoreFrom,
    RestorePhase,
    RestoreReason,
    RestoreStage,
)

Document = Mapping[str, Any]


def restore_from_section(section: Document | None) -> RestoreFrom | None:
    """`spec.restoreFrom` of a warehouse."""
    if not section:
        return None
    location = section.get("location")
    return RestoreFrom(
        backup=section.get("backup", ""),
        warehouse=section.get("warehouse", ""),
        at=moment_in(section, "at"),
        location=place_from(location) if location else None,
        path=location["path"] if location else "",
    )


def recorded_restore(status: Document | None) -> Restore | None:
    """`status.restore` of a warehouse."""
    if not status:
        return None
    place = status.get("place")
    return Restore(
        phase=RestorePhase(status["phase"]),
        reason=RestoreReason(status["reason"]),
        message=status.get("message", ""),
        backup=status.get("backup", ""),
        place=place_from(place) if place else None,
        path=status.get("path", ""),
        databases=tuple(status.get("databases") or ()),
        local_databases=tuple(status.get("localDatabases") or ()),
        stage=RestoreStage(status.get("step") or RestoreStage.STRUCTURE),
        id=status.get("id", ""),
        attempt=status.get("attempt", 1 if status.get("id") else 0),
        retry_at=moment_in(status, "retryAt"),
        first_error=status.get("firstError", ""),
        sent=status.get("sent", False),
        rid=status.get("replica", ""),
        started_at=moment_in(status, "startedAt"),
        finished_at=moment_in(status, "finishedAt"),
        tables=status.get("tables", 0),
        differing=tuple(status.get("differing") or ()),
    )


def restore_status(restore: Restore) -> dict[str, Any]:
    return {
        "phase": restore.phase.value,
        "reason": restore.reason.value,
        "message": restore.message[:1000],
        "backup": restore.backup or None,
        "place": place_status(restore.place) if restore.place else None,
        "path": restore.path or None,
        "databases": list(restore.databases),
        "localDatabases": list(restore.local_databases),
        "step": restore.stage.value if restore.id else None,
        "id": restore.id or None,
        "attempt": restore.attempt,
        "retryAt": text_of(restore.retry_at),
        "firstError": restore.first_error[:1000] or None,
        "sent": restore.sent,
        "replica": restore.rid or None,
        "startedAt": text_of(restore.started_at),
        "finishedAt": text_of(restore.finished_at),
        "tables": restore.tables,
        "differing": list(restore.differing[:MOST_NAMED]),
    }
