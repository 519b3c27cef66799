"""A backup and a restore as people see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from control.cli.output import UNKNOWN, age, column, heading, tell, tell_facts, tell_table
from control.cli.service_view import Document, moment

UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


@dataclass(frozen=True, kw_only=True)
class BackedUpTable:
    database: str
    table: str
    parts: int
    rows: int
    bytes: int
    checksum: str


@dataclass(frozen=True, kw_only=True)
class BackupView:
    name: str
    namespace: str
    warehouse: str
    trigger: str
    phase: str
    reason: str
    message: str
    attempt: int
    replica: str
    type: str
    base: str
    chain: int
    location: str
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None
    duration_seconds: int | None
    files_written: int
    files: int
    size_bytes: int
    total_bytes: int
    rows: int | None
    databases: tuple[str, ...]
    tables: tuple[BackedUpTable, ...]
    tables_omitted: int
    created_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class RestoreView:
    warehouse: str
    phase: str
    reason: str
    message: str
    backup: str
    replica: str
    step: str
    started_at: datetime | None
    finished_at: datetime | None
    tables: int
    differing: tuple[str, ...]


def backup_view(document: Document) -> BackupView:
    meta, spec = document["metadata"], document["spec"]
    status: Document = document.get("status") or {}
    phase = status.get("phase", "Pending")
    return BackupView(
        name=meta["name"],
        namespace=meta["namespace"],
        warehouse=spec["warehouse"],
        trigger=spec.get("trigger", "onDemand"),
        phase="Deleting" if "deletionTimestamp" in meta else phase,
        reason=status.get("reason", ""),
        message=status.get("message", ""),
        attempt=status.get("attempt", 0),
        replica=status.get("replica", ""),
        type=status.get("type", ""),
        base=status.get("base", ""),
        chain=status.get("chain", 0),
        location=status.get("location", ""),
        started_at=moment(status.get("startedAt")),
        finished_at=moment(status.get("finishedAt")),
        expires_at=moment(status.get("expiresAt")),
        duration_seconds=status.get("durationSeconds"),
        files_written=status.get("filesWritten", 0),
        files=status.get("files", 0),
        size_bytes=status.get("sizeBytes", 0),
        total_bytes=status.get("totalBytes", 0),
        rows=status.get("rows"),
        databases=(*status.get("databases", ()), *status.get("localDatabases", ())),
        tables=tuple(BackedUpTable(**table) for table in status.get("tables") or ()),
        tables_omitted=status.get("tablesOmitted", 0),
        created_at=moment(meta.get("creationTimestamp")),
    )


def restore_view(document: Document) -> RestoreView:
    """Of the warehouse that is filled."""
    restore: Document = (document.get("status") or {}).get("restore") or {}
    return RestoreView(
        warehouse=document["metadata"]["name"],
        phase=restore.get("phase", "Pending"),
        reason=restore.get("reason", ""),
        message=restore.get("message", ""),
        backup=restore.get("backup") or restore.get("path", ""),
        replica=restore.get("replica", ""),
        step=restore.get("step", ""),
        started_at=moment(restore.get("startedAt")),
        finished_at=moment(restore.get("finishedAt")),
        tables=restore.get("tables", 0),
        differing=tuple(restore.get("differing") or ()),
    )


def tell_backups(backups: Sequence[BackupView]) -> None:
    titles = ("backup", "warehouse", "phase", "type", "size", "took", "rows", "reason")
    tell_table(
        [*map(column, titles), column("age", right=True)],
        [
            [
                each.name,
                each.warehouse,
                each.phase,
                each.type or UNKNOWN,
                sized(each.size_bytes),
                UNKNOWN if each.duration_seconds is None else f"{each.duration_seconds}s",
                UNKNOWN if each.rows is None else str(each.rows),
                each.reason,
                age(each.created_at),
            ]
            for each in backups
        ],
    )


def tell_backup(view: BackupView) -> None:
    tell_facts(
        {
            "backup": view.name,
            "warehouse": view.warehouse,
            "phase": view.phase,
            "reason": f"{view.reason} {view.message}".strip(),
            "type": f"{view.type} on {view.base}" if view.base else view.type or UNKNOWN,
            "backups read to restore": str(view.chain),
            "replica": view.replica or UNKNOWN,
            "attempts": str(view.attempt),
            "size": f"{sized(view.size_bytes)}, {sized(view.total_bytes)} with its bases",
            "files": str(view.files or view.files_written),
            "started": told(view.started_at),
            "finished": told(view.finished_at),
            "kept until": told(view.expires_at),
            "databases": ", ".join(view.databases) or UNKNOWN,
            "location": view.location or UNKNOWN,
        }
    )
    heading("Tables")
    if view.tables:
        tell_table(
            [column(title) for title in ("table", "rows", "parts", "size", "checksum")],
            [
                [f"{t.database}.{t.table}", str(t.rows), str(t.parts), sized(t.bytes), t.checksum]
                for t in view.tables
            ],
        )
    else:
        tell("no figures")
    if view.tables_omitted > 0:
        tell(f"and {view.tables_omitted} without figures")


def tell_restore(view: RestoreView) -> None:
    tell_facts(
        {
            "warehouse": view.warehouse,
            "backup": view.backup or UNKNOWN,
            "phase": view.phase,
            "result": f"{view.reason} {view.message}".strip(),
            "tables compared": str(view.tables),
        }
    )
    for line in view.differing:
        tell(f"differs: {line}")


def told(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else UNKNOWN


def sized(count: int) -> str:
    """With three digits or so: 7 B, 1.5 KiB, 23.4 GiB."""
    size = float(count)
    for unit in UNITS:
        if size < 1024 or unit == UNITS[-1]:
            break
        size /= 1024
    return f"{count} B" if unit == "B" else f"{size:.1f} {unit}"
