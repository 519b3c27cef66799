"""Full or incremental: which backup the next one builds on, and which build on a given one."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from control.warehouses.backup import Backup, BackupLimits, BackupWish, Place


def choose_base(
    backup: Backup, others: Iterable[Backup], place: Place, limits: BackupLimits, now: datetime
) -> Backup | None:
    """None for a full backup: by wish, by age or length of the chain, or after a failed attempt,
    whose cause may be the base."""
    if backup.wish is BackupWish.FULL or backup.attempt > 0:
        return None
    by_name = {other.name: other for other in others}
    usable = [b for b in by_name.values() if b.done and not b.deleting and b.finished_at]
    here = [b for b in usable if b.place == place and b.warehouse == backup.warehouse]
    if not here:
        return None
    newest = max(here, key=finished)
    if newest.chain >= limits.longest_chain:
        return None
    below = bases(newest, by_name)
    root = below[-1] if below else newest
    complete = len(below) == newest.chain - 1 and all(base.done for base in below)
    young = root.started_at is not None and now - root.started_at < limits.full_every
    return newest if complete and young else None


def finished(backup: Backup) -> tuple[datetime, str]:
    """To order done backups by age."""
    return (backup.finished_at or backup.created_at, backup.name)


def bases(backup: Backup, by_name: Mapping[str, Backup]) -> list[Backup]:
    """What a restore of it reads besides itself, nearest first, as far as it is there."""
    found: list[Backup] = []
    seen = {backup.name}
    name = backup.base
    while name and name in by_name and name not in seen:
        seen.add(name)
        found.append(by_name[name])
        name = by_name[name].base
    return found


def dependents(backup: Backup, backups: Iterable[Backup]) -> list[Backup]:
    """Done or running backups that need it, directly or not."""
    everything = list(backups)
    by_name = {each.name: each for each in everything}
    return [
        each
        for each in everything
        if (each.done or each.running) and any(b.name == backup.name for b in bases(each, by_name))
    ]
