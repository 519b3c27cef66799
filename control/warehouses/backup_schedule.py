"""When the next scheduled backup of a warehouse is due."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from control.warehouses.backup import DAY, Backup, BackupPlan, Trigger


def next_due(
    plan: BackupPlan, created_at: datetime, backups: Iterable[Backup], now: datetime
) -> datetime | None:
    """The moment that the next scheduled backup stands for: due when it is not in the future.

    Missed ones are not caught up: only the latest counts. One that was scheduled for the future, by
    a clock that was wrong, is as if it had not been.
    """
    if not plan.enabled:
        return None
    slots = [b.scheduled_for for b in backups if b.trigger is Trigger.SCHEDULE]
    last = max((slot for slot in slots if slot is not None and slot <= now), default=None)
    if plan.start_hour is not None:
        return next_at_hour(plan, plan.start_hour, last, created_at, now)
    anchor = min(last or created_at, now)
    return latest(anchor + plan.period, plan.period, now)


def next_at_hour(
    plan: BackupPlan, hour: int, last: datetime | None, created_at: datetime, now: datetime
) -> datetime:
    """The first such time after the last one, one day less than the period later."""
    after = min(created_at, now) if last is None else last + plan.period - DAY
    return latest(next_hour(after, hour), plan.period, now)


def next_hour(moment: datetime, hour: int) -> datetime:
    """The first time of day `hour`:00 after `moment`."""
    same_day = moment.replace(hour=hour, minute=0, second=0, microsecond=0)
    return same_day if same_day > moment else same_day + DAY


def latest(first: datetime, period: timedelta, now: datetime) -> datetime:
    """The last of `first`, `first + period`, ... that is not in the future, or else `first`."""
    if first > now:
        return first
    return first + (now - first) // period * period
