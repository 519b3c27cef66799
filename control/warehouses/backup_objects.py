"""From the API server's documents to backups, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from control.warehouses.backup import (
    Backup,
    BackupPhase,
    BackupPlan,
    BackupReason,
    BackupType,
    BackupWish,
    OwnBucket,
    Place,
    TableFigures,
    Trigger,
)
from control.warehouses.moments import moment_from, moment_text
from control.warehouses.names import API_VERSION, FINALIZER, KEEP_FILES, WAREHOUSE_LABEL

Document = Mapping[str, Any]
Status = dict[str, Any]
LONGEST_MESSAGE = 1000


def plan_from(section: Document) -> BackupPlan:
    """The `backup` section of a warehouse's spec."""
    start = section.get("startTime")
    own = section.get("bucket")
    return BackupPlan(
        enabled=section.get("enabled", True),
        period_hours=section.get("periodHours", BackupPlan.period_hours),
        retention_hours=section.get("retentionHours", BackupPlan.retention_hours),
        start_hour=int(start[:2]) if start else None,
        own_bucket=own_bucket_from(own) if own else None,
    )


def own_bucket_from(section: Document) -> OwnBucket:
    return OwnBucket(
        bucket=section["name"],
        path=section.get("path", ""),
        region=section.get("region", ""),
        role_arn=section.get("roleArn", ""),
        role_session_name=section.get("roleSessionName", ""),
        secret=section.get("credentialsSecret", ""),
    )


def backup_from(document: Document) -> Backup:
    meta, spec = document["metadata"], document["spec"]
    status: Document = document.get("status") or {}
    retention = spec.get("retentionHours")
    return Backup(
        name=meta["name"],
        namespace=meta["namespace"],
        uid=meta["uid"],
        generation=meta.get("generation", 1),
        created_at=moment_from(meta["creationTimestamp"]),
        deleting="deletionTimestamp" in meta,
        finalizing=FINALIZER in meta.get("finalizers", ()),
        keep_files=KEEP_FILES in (meta.get("annotations") or {}),
        warehouse=spec["warehouse"],
        wish=BackupWish(spec.get("type", BackupWish.AUTO)),
        trigger=Trigger(spec.get("trigger", Trigger.ON_DEMAND)),
        scheduled_for=moment_in(spec, "scheduledFor"),
        retention=timedelta(hours=retention) if retention else None,
        **recorded(status),
        status=dict(status),
    )


def recorded(status: Document) -> dict[str, Any]:
    """The fields of a backup that its status holds."""
    made = status.get("type")
    place = status.get("place")
    return {
        "phase": BackupPhase(status.get("phase", BackupPhase.PENDING)),
        "reason": BackupReason(status.get("reason", BackupReason.CREATED)),
        "message": status.get("message", ""),
        "attempt": status.get("attempt", 0),
        "id": status.get("id", ""),
        "rid": status.get("replica", ""),
        "sent": status.get("sent", False),
        "place": place_from(place) if place else None,
        "path": status.get("path", ""),
        "type": BackupType(made) if made else None,
        "base": status.get("base", ""),
        "chain": status.get("chain", 1),
        "started_at": moment_in(status, "startedAt"),
        "seen_at": moment_in(status, "silentSince"),
        "finished_at": moment_in(status, "finishedAt"),
        "retry_at": moment_in(status, "retryAt"),
        "expires_at": moment_in(status, "expiresAt"),
        "databases": tuple(status.get("databases") or ()),
        "local_databases": tuple(status.get("localDatabases") or ()),
        "files_written": status.get("filesWritten", 0),
        "files": status.get("files", 0),
        "size_bytes": status.get("sizeBytes", 0),
        "total_bytes": status.get("totalBytes", 0),
        "tables": tuple(TableFigures(**table) for table in status.get("tables") or ()),
        "tables_omitted": status.get("tablesOmitted", 0),
    }


def backup_status(backup: Backup) -> Status:
    duration = backup.duration
    place = backup.place
    return {
        "phase": backup.phase.value,
        "reason": backup.reason.value,
        "message": backup.message[:LONGEST_MESSAGE],
        "observedGeneration": backup.generation,
        "attempt": backup.attempt,
        "id": backup.id or None,
        "replica": backup.rid or None,
        "sent": backup.sent,
        "place": place_status(place) if place else None,
        "location": f"s3://{place.bucket}/{place.prefix}{backup.path}" if place else None,
        "path": backup.path or None,
        "type": backup.type.value if backup.type else None,
        "base": backup.base or None,
        "chain": backup.chain if backup.type else None,
        "startedAt": text_of(backup.started_at),
        "silentSince": text_of(backup.seen_at),
        "finishedAt": text_of(backup.finished_at),
        "retryAt": text_of(backup.retry_at),
        "expiresAt": text_of(backup.expires_at),
        "durationSeconds": int(duration.total_seconds()) if duration is not None else None,
        "databases": list(backup.databases),
        "localDatabases": list(backup.local_databases),
        "filesWritten": backup.files_written,
        "files": backup.files,
        "sizeBytes": backup.size_bytes,
        "totalBytes": backup.total_bytes,
        "tables": [asdict(table) for table in backup.tables],
        "tablesOmitted": backup.tables_omitted,
        "rows": sum(table.rows for table in backup.tables) if backup.done else None,
    }


def place_from(section: Document) -> Place:
    return Place(
        bucket=section["bucket"],
        prefix=section["prefix"],
        region=section.get("region", ""),
        role_arn=section.get("roleArn", ""),
        role_session_name=section.get("roleSessionName", ""),
        secret=section.get("credentialsSecret", ""),
    )


def place_status(place: Place) -> Status:
    return {
        "bucket": place.bucket,
        "prefix": place.prefix,
        "region": place.region or None,
        "roleArn": place.role_arn or None,
        "roleSessionName": place.role_session_name or None,
        "credentialsSecret": place.secret or None,
    }


def scheduled_backup(warehouse: str, namespace: str, due: datetime) -> dict[str, Any]:
    """Named after the moment it stands for: made twice it is still one."""
    return backup_document(
        f"{warehouse}-{due:%Y%m%d-%H%M}",
        namespace,
        {"warehouse": warehouse, "trigger": "schedule", "scheduledFor": moment_text(due)},
    )


def backup_document(name: str, namespace: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": API_VERSION,
        "kind": "Backup",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {WAREHOUSE_LABEL: spec["warehouse"]},
            "finalizers": [FINALIZER],
        },
        "spec": dict(spec),
    }


def moment_in(section: Document, name: str) -> datetime | None:
    return moment_from(section[name]) if section.get(name) else None


def text_of(moment: datetime | None) -> str | None:
    return moment_text(moment) if moment is not None else None
