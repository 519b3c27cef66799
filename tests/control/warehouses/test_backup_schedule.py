from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control.warehouses.backup import PERIOD_HOURS, Backup, BackupPlan
from control.warehouses.backup_schedule import next_due
from tests.control.warehouses.backup_samples import WAITING, scheduled

DAILY = BackupPlan()
EVERY_SIX = BackupPlan(period_hours=6)
AT_THREE = BackupPlan(start_hour=3)


def on(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


MADE = on(1, 10, 30)

CASES: dict[str, tuple[BackupPlan, list[datetime], datetime, datetime | None]] = {
    "off": (BackupPlan(enabled=False), [], on(9, 0), None),
    "the first comes a period after the warehouse": (DAILY, [], on(1, 11), on(2, 10, 30)),
    "due to the minute": (DAILY, [], on(2, 10, 30), on(2, 10, 30)),
    "a period after the last": (EVERY_SIX, [on(2, 4)], on(2, 5), on(2, 10)),
    "its moment, not its end, counts": (EVERY_SIX, [on(2, 4)], on(2, 10, 7), on(2, 10)),
    "missed ones are not caught up": (EVERY_SIX, [on(2, 4)], on(5, 11), on(5, 10)),
    "one of the future is none": (DAILY, [on(20, 4)], on(3, 12), on(3, 10, 30)),
    "the past counts beside one of the future": (
        DAILY,
        [on(20, 4), on(3, 10, 30)],
        on(3, 12),
        on(4, 10, 30),
    ),
    "a clock before the warehouse": (DAILY, [], on(1, 8), on(2, 8)),
    "at a time, the first day": (AT_THREE, [], on(1, 11), on(2, 3)),
    "at a time, each day": (AT_THREE, [on(2, 3)], on(2, 4), on(3, 3)),
    "at a time, within the hour": (AT_THREE, [on(2, 3)], on(3, 3, 20), on(3, 3)),
    "at a time, missed": (AT_THREE, [on(2, 3)], on(6, 2), on(5, 3)),
    "a time wins over the frequency": (
        BackupPlan(period_hours=6, start_hour=3),
        [on(2, 3)],
        on(2, 4),
        on(3, 3),
    ),
    "every other day at a time": (
        BackupPlan(period_hours=48, start_hour=3),
        [on(2, 3)],
        on(2, 4),
        on(4, 3),
    ),
    "from a frequency to a time": (AT_THREE, [on(2, 5, 17)], on(2, 6), on(3, 3)),
}


@pytest.mark.parametrize(("plan", "slots", "now", "expected"), CASES.values(), ids=CASES.keys())
def test_due(
    plan: BackupPlan, slots: list[datetime], now: datetime, expected: datetime | None
) -> None:
    backups = [scheduled(f"b{number}", slot) for number, slot in enumerate(slots)]
    assert next_due(plan, MADE, backups, now) == expected


def test_those_on_demand_move_nothing() -> None:
    assert next_due(DAILY, MADE, [WAITING], on(1, 11)) == on(2, 10, 30)


@given(
    period=st.sampled_from(PERIOD_HOURS),
    start=st.none() | st.integers(0, 23),
    steps=st.lists(st.integers(-72 * 60, 24 * 60), min_size=1, max_size=60),
)
def test_whatever_the_clock_does_one_is_due_again_within_two_periods(
    period: int, start: int | None, steps: list[int]
) -> None:
    plan = BackupPlan(period_hours=period, start_hour=start)
    now, backups = MADE, list[Backup]()
    for minutes in steps:
        now += timedelta(minutes=minutes)
        due = next_due(plan, MADE, backups, now)
        assert due is not None
        assert due - now <= 2 * plan.period
        if due <= now:
            backups.append(scheduled(f"b{len(backups)}", due))
            following = next_due(plan, MADE, backups, now)
            assert following is not None
            assert following > now, "one moment makes one backup"
