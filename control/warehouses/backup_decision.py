"""The one next step of a warehouse's backups: erase, follow, begin, schedule, expire."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from control.warehouses.backup import (
    Backup,
    BackupLimits,
    BackupPhase,
    BackupPlan,
    BackupReason,
    BackupType,
    Place,
)
from control.warehouses.backup_chain import choose_base, dependents
from control.warehouses.backup_retention import expired
from control.warehouses.backup_schedule import next_due


class BackupAction(StrEnum):
    WAIT = "Wait"
    GUARD = "Guard"
    SCHEDULE = "Schedule"
    WAKE = "Wake"
    BEGIN = "Begin"
    SEND = "Send"
    FOLLOW = "Follow"
    FINISH = "Finish"
    FAIL = "Fail"
    CANCEL = "Cancel"
    ERASE = "Erase"
    RELEASE = "Release"
    EXPIRE = "Expire"


class OnReplica(StrEnum):
    """What the replica that writes a backup says of it."""

    SILENT = "Silent"
    GONE = "Gone"
    UNKNOWN = "Unknown"
    WRITING = "Writing"
    CREATED = "Created"
    FAILED = "Failed"


@dataclass(frozen=True, kw_only=True)
class Progress:
    state: OnReplica
    error: str = ""
    files_written: int = 0
    files: int = 0
    size_bytes: int = 0
    total_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class Sleeping:
    """The primary is asleep: it wakes for whoever calls, but not from a stop by hand."""

    service: str
    sleep: str
    """Names the sleep."""
    unchanged_since: datetime


@dataclass(frozen=True, kw_only=True)
class BackupsSeen:
    """Everything that the decision depends on. The warehouse may be gone; its backups stay."""

    plan: BackupPlan | None
    made_at: datetime | None
    place: Place | None
    backups: tuple[Backup, ...]
    serving: tuple[str, ...] = ()
    """Replicas of the primary that can write a backup."""
    sleeping: Sleeping | None = None
    progress: Progress | None = None
    """Of the backup that runs, as its replica tells."""
    restoring: Collection[str] = ()
    """Backups that a restore under way reads."""
    limits: BackupLimits = field(default_factory=BackupLimits)


@dataclass(frozen=True, kw_only=True)
class BackupStep:
    action: BackupAction
    reason: BackupReason
    backup: Backup | None = None
    """As it is to be recorded: before anything is sent, or after what was seen."""
    due: datetime | None = None
    message: str = ""
    look_again: timedelta = timedelta(seconds=60)

    @property
    def acts(self) -> bool:
        return self.action not in (BackupAction.WAIT, BackupAction.FOLLOW)


def decide_backups(seen: BackupsSeen, now: datetime) -> BackupStep:
    """The most urgent first: what is broken off never keeps a new backup from being made."""
    steps = (
        guard(seen),
        removal(seen),
        follow(seen, now),
        begin(seen, now),
        schedule(seen, now),
        wake(seen, now),
    )
    step = next((step for step in steps if step is not None and step.acts), None)
    if step is not None:
        return step
    going = expired(seen.backups, seen.restoring, seen.limits, now)
    if going:
        return act(BackupAction.EXPIRE, BackupReason.EXPIRED, going[0])
    following = follow(seen, now)
    return following or BackupStep(
        action=BackupAction.WAIT,
        reason=BackupReason.DONE,
        look_again=until_next(seen, now),
    )


def guard(seen: BackupsSeen) -> BackupStep | None:
    """Without our finalizer its objects would stay in the bucket for ever."""
    bare = next((b for b in seen.backups if not b.finalizing and not b.deleting), None)
    return act(BackupAction.GUARD, BackupReason.CREATED, bare) if bare else None


def removal(seen: BackupsSeen) -> BackupStep | None:
    for backup in seen.backups:
        if not backup.deleting or not backup.finalizing or why_kept(backup, seen):
            continue
        if backup.running and seen.progress and seen.progress.state is OnReplica.WRITING:
            return act(BackupAction.CANCEL, BackupReason.CANCELLED, backup)
        if backup.done and backup.keep_files:
            return act(BackupAction.RELEASE, BackupReason.RELEASED, backup)
        return act(BackupAction.ERASE, BackupReason.ERASED, backup)
    return None


def why_kept(backup: Backup, seen: BackupsSeen) -> str:
    """Why one that people deleted is not erased yet."""
    users = [b.name for b in dependents(backup, seen.backups)]
    if users:
        return f"backups build on it: {', '.join(sorted(users))}; delete these as well"
    if backup.name in seen.restoring:
        return "a restore reads it"
    return ""


def follow(seen: BackupsSeen, now: datetime) -> BackupStep | None:
    backup, progress = running(seen), seen.progress
    if backup is None or progress is None:
        return None
    look, limits = seen.limits.poll, seen.limits
    match progress.state:
        case OnReplica.CREATED:
            return act(BackupAction.FINISH, BackupReason.DONE, finish(backup, progress, seen, now))
        case OnReplica.FAILED:
            return failure(backup, BackupReason.STATEMENT_FAILED, progress.error, limits, now)
        case OnReplica.GONE:
            message = f"replica {backup.rid} is no more"
            return failure(backup, BackupReason.REPLICA_LOST, message, limits, now)
        case OnReplica.UNKNOWN if backup.sent:
            message = f"replica {backup.rid} was restarted while it wrote"
            return failure(backup, BackupReason.REPLICA_LOST, message, limits, now)
        case OnReplica.UNKNOWN:
            return act(BackupAction.SEND, BackupReason.STARTED, replace(backup, sent=True))
        case OnReplica.SILENT:
            return silence(backup, limits, now)
        case _:
            written = replace(
                backup, sent=True, files_written=progress.files_written, seen_at=None
            ).because(BackupReason.WRITING)
            return follow_on(written, look)


def silence(backup: Backup, limits: BackupLimits, now: datetime) -> BackupStep:
    since = backup.seen_at if backup.seen_at and backup.seen_at <= now else now
    message = f"replica {backup.rid} does not answer"
    if now - since >= limits.unreachable:
        return failure(backup, BackupReason.REPLICA_LOST, message, limits, now)
    quiet = replace(backup, seen_at=since).because(BackupReason.REPLICA_UNREACHABLE, message)
    return follow_on(quiet, limits.poll)


def finish(backup: Backup, progress: Progress, seen: BackupsSeen, now: datetime) -> Backup:
    retention = backup.retention or (seen.plan.retention if seen.plan else BackupPlan().retention)
    return replace(
        backup,
        phase=BackupPhase.DONE,
        sent=True,
        seen_at=None,
        finished_at=now,
        expires_at=now + retention,
        files=progress.files,
        files_written=progress.files_written or progress.files,
        size_bytes=progress.size_bytes,
        total_bytes=progress.total_bytes,
    ).because(BackupReason.DONE)


def failure(
    backup: Backup, reason: BackupReason, message: str, limits: BackupLimits, now: datetime
) -> BackupStep:
    """Back to waiting, longer each time; the last failure is final."""
    broken = replace(backup, sent=False, seen_at=None, id="", files_written=0)
    if backup.attempt >= limits.attempts:
        given_up = replace(broken, phase=BackupPhase.FAILED, finished_at=now)
        text = f"{backup.attempt} attempts failed, the last one: {message}"
        return act(BackupAction.FAIL, BackupReason.GAVE_UP, given_up.because(reason, text), text)
    wait = min(limits.first_retry * 2 ** (backup.attempt - 1), limits.longest_retry)
    again = replace(broken, phase=BackupPhase.PENDING, retry_at=now + wait)
    return act(BackupAction.FAIL, reason, again.because(reason, message), message)


def begin(seen: BackupsSeen, now: datetime) -> BackupStep | None:
    """One at a time, the oldest first; its name on the replica is recorded before it is sent."""
    if running(seen) is not None:
        return None
    for backup in waiting(seen):
        if why_waits(backup, seen, now) or seen.place is None:
            continue
        base = choose_base(backup, seen.backups, seen.place, seen.limits, now)
        attempt = backup.attempt + 1
        begun = replace(
            backup,
            phase=BackupPhase.RUNNING,
            attempt=attempt,
            id=f"{backup.folder}-{attempt}",
            rid=choose_replica(backup, seen.serving),
            sent=False,
            place=seen.place,
            path=f"{backup.folder}/{attempt}",
            type=BackupType.INCREMENTAL if base else BackupType.FULL,
            base=base.name if base else "",
            chain=base.chain + 1 if base else 1,
            started_at=now,
            finished_at=None,
            retry_at=None,
            seen_at=None,
        ).because(BackupReason.STARTED)
        return act(BackupAction.BEGIN, BackupReason.STARTED, begun)
    return None


def choose_replica(backup: Backup, serving: Sequence[str]) -> str:
    """After a failure rather another one than before."""
    return min(serving, key=lambda rid: (rid == backup.rid, rid))


def waiting(seen: BackupsSeen) -> list[Backup]:
    return sorted((b for b in seen.backups if b.waits), key=lambda b: (b.created_at, b.name))


def why_waits(backup: Backup, seen: BackupsSeen, now: datetime) -> tuple[BackupReason, str] | None:
    """Why a waiting backup cannot begin; none of it is a failure."""
    if seen.plan is None:
        return BackupReason.NO_WAREHOUSE, f"there is no warehouse {backup.warehouse!r}"
    if seen.place is None:
        text = "the deployment has no backup bucket, and the warehouse names none"
        return BackupReason.NO_BUCKET, text
    if backup.retry_at is not None and now < backup.retry_at <= now + seen.limits.longest_retry:
        return BackupReason.BACKING_OFF, backup.message
    if seen.sleeping is not None and not seen.serving:
        return BackupReason.ASLEEP, "the primary sleeps: it is called awake for this"
    if not seen.serving:
        return BackupReason.NO_REPLICA, "no replica of the primary serves: it may be asleep"
    other = running(seen)
    if other is not None:
        return BackupReason.QUEUED, f"{other.name} is being made: one at a time in a warehouse"
    return None


def schedule(seen: BackupsSeen, now: datetime) -> BackupStep | None:
    if seen.plan is None or seen.made_at is None or seen.place is None:
        return None
    due = next_due(seen.plan, seen.made_at, seen.backups, now)
    if due is None or due > now or is_covered(seen):
        return None
    return BackupStep(action=BackupAction.SCHEDULE, reason=BackupReason.DUE, due=due)


def is_covered(seen: BackupsSeen) -> bool:
    """Whether the newest good backup has all the data of a primary that sleeps."""
    if seen.sleeping is None or seen.serving:
        return False
    begun = [b.started_at for b in seen.backups if b.done and not b.deleting and b.started_at]
    return max(begun, default=None) is not None and max(begun) >= seen.sleeping.unchanged_since


def wake(seen: BackupsSeen, now: datetime) -> BackupStep | None:
    """For a backup that people ask for, and for one that is due and has something to save."""
    for backup in waiting(seen):
        why = why_waits(backup, seen, now)
        if why is not None and why[0] is BackupReason.ASLEEP:
            poll = seen.limits.poll
            return BackupStep(
                action=BackupAction.WAKE, reason=why[0], backup=backup, look_again=poll
            )
    return None


def noted(seen: BackupsSeen, now: datetime) -> list[Backup]:
    """Backups about which there is something else to say than what is recorded."""
    found = []
    for backup in seen.backups:
        kept = why_kept(backup, seen) if backup.deleting else ""
        why = why_waits(backup, seen, now) if backup.waits else None
        if kept:
            found.append(backup.because(BackupReason.NEEDED, kept))
        elif why is not None and why[0] is not BackupReason.BACKING_OFF:
            found.append(backup.because(*why))
    return [
        told
        for told, before in ((t, b) for t in found for b in seen.backups if b.name == t.name)
        if (told.reason, told.message) != (before.reason, before.message)
    ]


def running(seen: BackupsSeen) -> Backup | None:
    return next((backup for backup in seen.backups if backup.running), None)


def until_next(seen: BackupsSeen, now: datetime) -> timedelta:
    """Until something falls due, and not longer than the usual look."""
    moments = [b.retry_at for b in seen.backups if b.waits and b.retry_at]
    moments += [b.expires_at for b in seen.backups if b.done and b.expires_at]
    if seen.plan is not None and seen.made_at is not None:
        due = next_due(seen.plan, seen.made_at, seen.backups, now)
        moments += [due] if due is not None else []
    waits = [moment - now for moment in moments if moment > now]
    return max(min([*waits, seen.limits.look]), timedelta(seconds=1))


def act(
    action: BackupAction, reason: BackupReason, backup: Backup | None, message: str = ""
) -> BackupStep:
    return BackupStep(action=action, reason=reason, backup=backup, message=message)


def follow_on(backup: Backup, look_again: timedelta) -> BackupStep:
    return BackupStep(
        action=BackupAction.FOLLOW, reason=backup.reason, backup=backup, look_again=look_again
    )
