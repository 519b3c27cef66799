"""A restore into a new warehouse: what is asked, what was chosen, and what comes next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from control.warehouses.backup import Backup, Place, TableFigures
from control.warehouses.backup_chain import bases

MOST_NAMED = 20
ATTEMPTS = 5
"""Of a statement. Buckets refuse now and then, or a pod has no credentials for a moment."""
FIRST_RETRY = timedelta(seconds=10)


class RestorePhase(StrEnum):
    PENDING = "Pending"
    CHOSEN = "Chosen"
    RESTORING = "Restoring"
    DONE = "Done"
    FAILED = "Failed"


class RestoreStage(StrEnum):
    """Tables come first and their merges are held, so that figures can be compared exactly."""

    STRUCTURE = "structure"
    DATA = "data"
    COMPARE = "compare"


class RestoreReason(StrEnum):
    NO_BACKUP = "NoSuchBackup"
    NOT_DONE = "BackupNotDone"
    INCOMPLETE = "BaseMissing"
    CHOSEN = "BackupChosen"
    NO_REPLICA = "NoReplicaServes"
    STARTED = "Started"
    RESTORING = "Restoring"
    STATEMENT_FAILED = "StatementFailed"
    REPLICA_LOST = "ReplicaLost"
    BACKING_OFF = "BackingOff"
    FETCHING = "Fetching"
    COMPARED = "Compared"
    SAME = "FiguresEqual"
    DIFFERENT = "FiguresDiffer"
    NOT_COMPARED = "NoFigures"


@dataclass(frozen=True, kw_only=True)
class RestoreFrom:
    """Exactly one of backup, warehouse and location is given."""

    backup: str = ""
    warehouse: str = ""
    at: datetime | None = None
    location: Place | None = None
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class Restore:
    """What is recorded of a restore. `place` stays: servers are configured by it."""

    phase: RestorePhase = RestorePhase.PENDING
    reason: RestoreReason = RestoreReason.NO_BACKUP
    message: str = ""
    backup: str = ""
    place: Place | None = None
    path: str = ""
    databases: tuple[str, ...] = ()
    local_databases: tuple[str, ...] = ()
    stage: RestoreStage = RestoreStage.STRUCTURE
    id: str = ""
    attempt: int = 0
    """Of the stage's statement; the name of the operation ends with it."""
    retry_at: datetime | None = None
    first_error: str = ""
    """What the stage failed with at first: a later attempt may only say that tables are filled."""
    sent: bool = False
    rid: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    tables: int = 0
    differing: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        return self.phase in (RestorePhase.DONE, RestorePhase.FAILED)

    def because(self, reason: RestoreReason, message: str = "") -> "Restore":
        return replace(self, reason=reason, message=message)


def choose(asked: RestoreFrom, backups: Iterable[Backup]) -> Restore:
    """The backup that is meant; while there is none, a restore that waits and says for what."""
    if asked.location is not None:
        return Restore(
            phase=RestorePhase.CHOSEN,
            reason=RestoreReason.CHOSEN,
            place=asked.location,
            path=asked.path,
        )
    by_name = {backup.name: backup for backup in backups}
    if asked.backup:
        return chosen(asked.backup, by_name.get(asked.backup), by_name)
    found = [b for b in by_name.values() if b.warehouse == asked.warehouse and b.done]
    found = [b for b in found if not b.deleting and not_after(b, asked.at)]
    if not found:
        when = f" at or before {asked.at:%Y-%m-%d %H:%M:%S} UTC" if asked.at else ""
        text = f"warehouse {asked.warehouse!r} has no good backup{when}"
        return Restore().because(RestoreReason.NO_BACKUP, text)
    newest = max(found, key=lambda b: (b.started_at or b.created_at, b.name))
    return chosen(newest.name, newest, by_name)


def not_after(backup: Backup, at: datetime | None) -> bool:
    """Data is of the time when the backup began."""
    return at is None or (backup.started_at or backup.created_at) <= at


def chosen(name: str, backup: Backup | None, by_name: Mapping[str, Backup]) -> Restore:
    if backup is None or backup.deleting:
        return Restore().because(RestoreReason.NO_BACKUP, f"there is no backup {name!r}")
    if not backup.done:
        text = f"backup {name!r} is {backup.phase.value}, not Done"
        return Restore().because(RestoreReason.NOT_DONE, text)
    below = bases(backup, by_name)
    if len(below) != backup.chain - 1:
        text = f"backup {name!r} needs {backup.chain - 1} bases, and {len(below)} are here"
        return Restore().because(RestoreReason.INCOMPLETE, text)
    return Restore(
        phase=RestorePhase.CHOSEN,
        reason=RestoreReason.CHOSEN,
        backup=backup.name,
        place=backup.place,
        path=backup.path,
        databases=backup.databases,
        local_databases=backup.local_databases,
    )


def compare(
    recorded: Iterable[TableFigures], found: Iterable[TableFigures]
) -> tuple[int, tuple[str, ...]]:
    """How many tables were compared, and those that are not as the backup has them."""
    here = {(table.database, table.table): table for table in found}
    differing = []
    count = 0
    for table in recorded:
        count += 1
        restored = here.get((table.database, table.table))
        if restored is None:
            differing.append(f"{table.database}.{table.table}: missing")
        elif (restored.rows, restored.checksum) != (table.rows, table.checksum):
            differing.append(
                f"{table.database}.{table.table}: {restored.rows} rows in {restored.parts} parts,"
                f" {table.rows} in {table.parts} were backed up"
            )
    return count, tuple(differing)


class RestoreAction(StrEnum):
    WAIT = "Wait"
    CHOOSE = "Choose"
    BEGIN = "Begin"
    SEND = "Send"
    ADVANCE = "Advance"
    COMPARE = "Compare"
    RETRY = "Retry"
    FAIL = "Fail"


class OperationState(StrEnum):
    SILENT = "Silent"
    LOST = "Lost"
    UNKNOWN = "Unknown"
    RUNNING = "Running"
    DONE = "Done"
    FAILED = "Failed"


@dataclass(frozen=True, kw_only=True)
class RestoreSeen:
    restore: Restore
    candidate: Restore
    """What would be chosen now."""
    serving: tuple[str, ...]
    """Replicas of the primary, once all of them serve."""
    operation: OperationState | None = None
    error: str = ""
    identity: str = ""
    """Of the warehouse: the operation's name begins with it."""
    behind: tuple[str, ...] = ()
    """Replicas that serve and have not fetched all that was restored."""


@dataclass(frozen=True, kw_only=True)
class RestoreStep:
    action: RestoreAction
    restore: Restore
    look_again: timedelta = timedelta(seconds=30)

    @property
    def acts(self) -> bool:
        return self.action is not RestoreAction.WAIT


POLL = timedelta(seconds=2)


def next_restore_step(seen: RestoreSeen, now: datetime) -> RestoreStep:
    restore = seen.restore
    if restore.phase is RestorePhase.PENDING:
        ready = seen.candidate.phase is RestorePhase.CHOSEN
        action = RestoreAction.CHOOSE if ready else RestoreAction.WAIT
        return RestoreStep(action=action, restore=seen.candidate)
    if restore.retry_at is not None and now < restore.retry_at:
        waits = min(restore.retry_at - now, POLL)
        return RestoreStep(action=RestoreAction.WAIT, restore=restore, look_again=waits)
    if restore.phase is RestorePhase.CHOSEN:
        return begin(seen, now)
    return follow(seen, now)


def begin(seen: RestoreSeen, now: datetime) -> RestoreStep:
    if not seen.serving:
        text = "waiting for the replicas of the primary to serve"
        waits = seen.restore.because(RestoreReason.NO_REPLICA, text)
        return RestoreStep(action=RestoreAction.WAIT, restore=waits, look_again=POLL)
    attempt = seen.restore.attempt + 1
    begun = replace(
        seen.restore,
        phase=RestorePhase.RESTORING,
        rid=min(seen.serving),
        stage=RestoreStage.STRUCTURE,
        id=operation_id(seen, RestoreStage.STRUCTURE, attempt),
        attempt=attempt,
        retry_at=None,
        sent=False,
        started_at=seen.restore.started_at or now,
    ).because(RestoreReason.STARTED)
    return RestoreStep(action=RestoreAction.BEGIN, restore=begun)


def operation_id(seen: RestoreSeen, stage: RestoreStage, attempt: int) -> str:
    return f"restore-{seen.identity}-{stage.value}-{attempt}"


def follow(seen: RestoreSeen, now: datetime) -> RestoreStep:
    restore = seen.restore
    if restore.stage is RestoreStage.COMPARE and seen.behind:
        waits = restore.because(
            RestoreReason.FETCHING, f"data is being fetched by {', '.join(seen.behind)}"
        )
        return RestoreStep(action=RestoreAction.WAIT, restore=waits, look_again=POLL)
    if restore.stage is RestoreStage.COMPARE:
        return RestoreStep(action=RestoreAction.COMPARE, restore=restore)
    match seen.operation:
        case OperationState.UNKNOWN if not restore.sent:
            sent = replace(restore, sent=True, retry_at=None)
            return RestoreStep(action=RestoreAction.SEND, restore=sent)
        case OperationState.UNKNOWN:
            text = f"replica {restore.rid} was restarted while it restored"
            return failed(seen, RestoreReason.REPLICA_LOST, text, now)
        case OperationState.LOST:
            text = f"replica {restore.rid} is no more"
            return failed(seen, RestoreReason.REPLICA_LOST, text, now)
        case OperationState.FAILED:
            return failed(seen, RestoreReason.STATEMENT_FAILED, seen.error, now)
        case OperationState.DONE:
            return advance(seen)
        case _:
            waits = restore.because(RestoreReason.RESTORING, f"{restore.stage.value}")
            return RestoreStep(action=RestoreAction.WAIT, restore=waits, look_again=POLL)


def advance(seen: RestoreSeen) -> RestoreStep:
    structure = seen.restore.stage is RestoreStage.STRUCTURE
    stage = RestoreStage.DATA if structure else RestoreStage.COMPARE
    further = replace(
        seen.restore,
        stage=stage,
        id=operation_id(seen, stage, 1),
        attempt=1,
        first_error="",
        sent=False,
    ).because(RestoreReason.RESTORING, stage.value)
    return RestoreStep(action=RestoreAction.ADVANCE, restore=further)


def failed(seen: RestoreSeen, reason: RestoreReason, message: str, now: datetime) -> RestoreStep:
    """Tried again while nothing can be doubled by it; else the warehouse is deleted, and another
    one made."""
    restore = seen.restore
    first = restore.first_error or message
    if restore.attempt < ATTEMPTS and is_repeatable(restore, reason):
        retry_at = now + FIRST_RETRY * 2 ** (restore.attempt - 1)
        again = replace(again_from(seen), retry_at=retry_at, sent=False, first_error=first)
        text = f"attempt {restore.attempt} failed: {message}"
        return RestoreStep(
            action=RestoreAction.RETRY, restore=again.because(RestoreReason.BACKING_OFF, text)
        )
    later = f"; attempt {restore.attempt}: {message}" if first != message else ""
    ended = replace(restore, phase=RestorePhase.FAILED, finished_at=now)
    return RestoreStep(action=RestoreAction.FAIL, restore=ended.because(reason, f"{first}{later}"))


def is_repeatable(restore: Restore, reason: RestoreReason) -> bool:
    """Tables that are there are taken as they are. Data is restored into empty tables only, which
    the replica that began with it knows for certain; another one may not have fetched it yet."""
    return restore.stage is RestoreStage.STRUCTURE or reason is RestoreReason.STATEMENT_FAILED


def again_from(seen: RestoreSeen) -> Restore:
    restore = seen.restore
    if restore.stage is RestoreStage.STRUCTURE:
        return replace(restore, phase=RestorePhase.CHOSEN)
    attempt = restore.attempt + 1
    return replace(restore, attempt=attempt, id=operation_id(seen, restore.stage, attempt))
