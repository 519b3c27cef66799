"""Backups of one warehouse, from which each case changes what matters to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from control.warehouses.backup import (
    Backup,
    BackupLimits,
    BackupPhase,
    BackupReason,
    BackupType,
    Place,
    Trigger,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIMITS = BackupLimits()
PLACE = Place(bucket="backups", prefix="ch-s3-lake-0a1b2c3d/backups/")

WAITING = Backup(
    name="asked",
    namespace="clickhouse",
    uid="0123456789",
    warehouse="lake",
    created_at=NOW - HOUR,
    finalizing=True,
)
RUNNING = replace(
    WAITING,
    phase=BackupPhase.RUNNING,
    reason=BackupReason.WRITING,
    attempt=1,
    id="asked-01234567-1",
    rid="a",
    sent=True,
    place=PLACE,
    path="asked-01234567/1",
    type=BackupType.FULL,
    started_at=NOW - HOUR,
)


def done(
    name: str, hours_ago: float, *, base: str = "", chain: int = 1, kept: float = 24
) -> Backup:
    """One that ended so many hours ago, and is kept for `kept` hours from then on."""
    finished = NOW - hours_ago * HOUR
    return replace(
        RUNNING,
        name=name,
        phase=BackupPhase.DONE,
        reason=BackupReason.DONE,
        created_at=finished - HOUR,
        started_at=finished - HOUR,
        finished_at=finished,
        expires_at=finished + kept * HOUR,
        base=base,
        chain=chain,
        type=BackupType.INCREMENTAL if base else BackupType.FULL,
    )


def scheduled(name: str, at: datetime) -> Backup:
    return replace(done(name, 0), trigger=Trigger.SCHEDULE, scheduled_for=at)
