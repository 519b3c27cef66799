"""Backups as values: what is planned, where they lie, and all that is known of one backup."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

PERIOD_HOURS = (6, 8, 12, 16, 20, 24, 36, 48)
RETENTION_HOURS = (24, 48, 72, 96, 120, 144, 168, 336, 504, 672, 720)
DAY = timedelta(hours=24)
TWO_DAYS = timedelta(hours=48)


class BackupPhase(StrEnum):
    PENDING = "Pending"
    RUNNING = "Running"
    DONE = "Done"
    FAILED = "Failed"


class BackupType(StrEnum):
    FULL = "full"
    INCREMENTAL = "incremental"


class BackupWish(StrEnum):
    AUTO = "auto"
    FULL = "full"


class Trigger(StrEnum):
    SCHEDULE = "schedule"
    ON_DEMAND = "onDemand"


class BackupReason(StrEnum):
    """Why a backup stands where it stands; also the reason of its events."""

    CREATED = "Created"
    QUEUED = "Queued"
    NO_WAREHOUSE = "NoWarehouse"
    NO_BUCKET = "NoBackupBucket"
    NO_REPLICA = "NoReplicaServes"
    ASLEEP = "PrimaryAsleep"
    BACKING_OFF = "BackingOff"
    STARTED = "Started"
    WRITING = "Writing"
    REPLICA_UNREACHABLE = "ReplicaUnreachable"
    REPLICA_LOST = "ReplicaLost"
    STATEMENT_FAILED = "StatementFailed"
    DONE = "Done"
    GAVE_UP = "GaveUp"
    DUE = "Due"
    EXPIRED = "Expired"
    NEEDED = "StillNeeded"
    CANCELLED = "Cancelled"
    ERASED = "Erased"
    RELEASED = "FilesKept"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A folder of a bucket, and with whose rights it is written. Secrets are named, never held."""

    bucket: str
    prefix: str
    region: str = ""
    role_arn: str = ""
    role_session_name: str = ""
    secret: str = ""

    @property
    def disk(self) -> str:
        """Increments name their base by disk and path: the same place has the same name in every
        warehouse that reads it."""
        digest = hashlib.sha256(f"{self.bucket}/{self.prefix}".encode()).hexdigest()
        return f"backups_{digest[:8]}"


@dataclass(frozen=True, kw_only=True)
class OwnBucket:
    """A bucket of the customer's, outside the deployment's own."""

    bucket: str
    path: str = ""
    region: str = ""
    role_arn: str = ""
    role_session_name: str = ""
    secret: str = ""


@dataclass(frozen=True, kw_only=True)
class BackupPlan:
    enabled: bool = True
    period_hours: int = 24
    retention_hours: int = 24
    start_hour: int | None = None
    own_bucket: OwnBucket | None = None

    @property
    def period(self) -> timedelta:
        """A start time wins over the frequency, and comes every day or every other day."""
        asked = timedelta(hours=self.period_hours)
        if self.start_hour is None:
            return asked
        return TWO_DAYS if asked == TWO_DAYS else DAY

    @property
    def retention(self) -> timedelta:
        return timedelta(hours=self.retention_hours)


@dataclass(frozen=True, kw_only=True)
class BackupLimits:
    full_every: timedelta = timedelta(days=7)
    longest_chain: int = 7
    """Backups that a restore must read at the most: a full one and its increments."""
    attempts: int = 5
    first_retry: timedelta = timedelta(minutes=5)
    longest_retry: timedelta = timedelta(minutes=60)
    unreachable: timedelta = timedelta(minutes=10)
    """How long a replica that is writing a backup may be silent."""
    poll: timedelta = timedelta(seconds=2)
    look: timedelta = timedelta(minutes=5)
    failed_kept: timedelta = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class TableFigures:
    """What a table held when it was backed up: enough to tell whether a restore has it all."""

    database: str
    table: str
    parts: int
    rows: int
    bytes: int
    checksum: str


@dataclass(frozen=True, kw_only=True)
class Backup:
    name: str
    namespace: str
    uid: str
    warehouse: str
    created_at: datetime
    generation: int = 1
    wish: BackupWish = BackupWish.AUTO
    trigger: Trigger = Trigger.ON_DEMAND
    scheduled_for: datetime | None = None
    retention: timedelta | None = None
    deleting: bool = False
    finalizing: bool = False
    keep_files: bool = False
    # What the controller has recorded
    phase: BackupPhase = BackupPhase.PENDING
    reason: BackupReason = BackupReason.CREATED
    message: str = ""
    attempt: int = 0
    id: str = ""
    rid: str = ""
    sent: bool = False
    place: Place | None = None
    path: str = ""
    type: BackupType | None = None
    base: str = ""
    chain: int = 1
    started_at: datetime | None = None
    seen_at: datetime | None = None
    """When the replica last told of it; moved only while it is silent for long."""
    finished_at: datetime | None = None
    retry_at: datetime | None = None
    expires_at: datetime | None = None
    databases: tuple[str, ...] = ()
    """Those that all replicas have."""
    local_databases: tuple[str, ...] = ()
    """Those that only this replica has: people made them without ENGINE = Replicated."""
    files_written: int = 0
    size_bytes: int = 0
    """What this backup added to the bucket."""
    total_bytes: int = 0
    """What a restore of it reads, from its bases as well."""
    files: int = 0
    tables: tuple[TableFigures, ...] = ()
    tables_omitted: int = 0
    status: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """The document that all of this was read from."""

    @property
    def done(self) -> bool:
        return self.phase is BackupPhase.DONE

    @property
    def running(self) -> bool:
        return self.phase is BackupPhase.RUNNING

    @property
    def waits(self) -> bool:
        return self.phase is BackupPhase.PENDING and not self.deleting

    @property
    def folder(self) -> str:
        """Everything of it lies here, failed attempts included."""
        return f"{self.name}-{self.uid[:8]}"

    @property
    def duration(self) -> timedelta | None:
        if self.started_at is None or self.finished_at is None:
            return None
        return max(self.finished_at - self.started_at, timedelta(0))

    def because(self, reason: BackupReason, message: str = "") -> "Backup":
        return replace(self, reason=reason, message=message)
