"""Which backups may go. Never the newest good one, a base that is needed, or one being read."""

from collections.abc import Collection, Iterable
from datetime import datetime

from control.warehouses.backup import Backup, BackupLimits, BackupPhase
from control.warehouses.backup_chain import bases, finished


def expired(
    backups: Iterable[Backup], restoring: Collection[str], limits: BackupLimits, now: datetime
) -> list[Backup]:
    """Increments come before their bases, so that whatever is left is whole at every moment."""
    present = [backup for backup in backups if not backup.deleting]
    needed = kept_names(present, restoring, now)
    going = [b for b in present if b.done and b.name not in needed]
    stale = [b for b in present if b.phase is BackupPhase.FAILED and is_stale(b, limits, now)]
    return [*sorted(going, key=lambda b: (b.chain, finished(b)), reverse=True), *stale]


def kept_names(backups: Iterable[Backup], restoring: Collection[str], now: datetime) -> set[str]:
    present = list(backups)
    by_name = {backup.name: backup for backup in present}
    done = [backup for backup in present if backup.done]
    kept = [b for b in done if b.expires_at is None or b.expires_at > now or b.name in restoring]
    kept += [max(done, key=finished)] if done else []
    kept += [b for b in present if b.running]
    return {b.name for b in kept} | {base.name for b in kept for base in bases(b, by_name)}


def is_stale(backup: Backup, limits: BackupLimits, now: datetime) -> bool:
    ended = backup.finished_at or backup.created_at
    return now - ended >= limits.failed_kept
