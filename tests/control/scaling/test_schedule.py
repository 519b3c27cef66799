from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from control.scaling.schedule import (
    MOST_ENTRIES,
    Entry,
    Target,
    Weekday,
    active_entry,
    instant,
    latest_begun,
    next_change,
    problems,
)

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = frozenset(Weekday)
WORKDAYS = frozenset(list(Weekday)[:5])
TODAY = date(2026, 5, 1)
OFFICE = Entry(
    name="office",
    weekdays=WORKDAYS,
    start=time(8),
    end=time(18),
    zone="Europe/Berlin",
    target=Target(min_units=8, max_units=16),
)
NIGHT = replace(OFFICE, name="night", start=time(22), end=time(6), weekdays=WEEK)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-05-01 07:59:59", None),
        ("2026-05-01 08:00", "office"),
        ("2026-05-01 17:59:59", "office"),
        ("2026-05-01 18:00", None),
        ("2026-05-02 12:00", None),
        ("2026-05-02 22:00", "night"),
        ("2026-05-03 05:59", "night"),
        ("2026-05-03 06:00", None),
    ],
)
def test_the_active_entry(now: str, expected: str | None) -> None:
    found = active_entry([OFFICE, NIGHT], berlin(now))
    assert (found.name if found else None) == expected


def test_an_entry_keeps_its_local_time_over_the_year() -> None:
    summer = next_change([OFFICE], berlin("2026-07-01 01:00"))
    winter = next_change([OFFICE], berlin("2026-12-01 01:00"))
    assert summer == datetime(2026, 7, 1, 6, tzinfo=UTC)
    assert winter == datetime(2026, 12, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (date(2026, 3, 29), time(1, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2026, 10, 25), time(3, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
    ids=["skipped: the next minute there is", "before the gap", "twice: the first", "after"],
)
def test_changes_of_the_clocks(day: date, clock: time, expected: datetime) -> None:
    assert instant(day, clock, BERLIN) == expected


def test_the_next_change_is_a_beginning_or_an_end() -> None:
    assert next_change([OFFICE], berlin("2026-05-01 12:00")) == berlin("2026-05-01 18:00")
    assert next_change([OFFICE], berlin("2026-05-01 18:00")) == berlin("2026-05-04 08:00")
    assert next_change([], berlin("2026-05-01 12:00")) is None


def test_after_a_restart_only_the_latest_missed_entry_counts() -> None:
    missed = latest_begun([OFFICE, NIGHT], berlin("2026-04-28 12:00"), berlin("2026-05-01 21:00"))
    assert missed is not None
    assert (missed.entry.name, missed.begins) == ("office", berlin("2026-05-01 08:00"))
    assert latest_begun([OFFICE], berlin("2026-05-01 08:00"), berlin("2026-05-01 21:00")) is None


BAD = {
    "no weekday": (replace(OFFICE, weekdays=frozenset()), "has no weekday"),
    "no length": (replace(OFFICE, end=time(8)), "starts and ends at 08:00"),
    "no target": (replace(OFFICE, target=Target()), "changes nothing"),
    "one bound": (replace(OFFICE, target=Target(min_units=2)), "one bound only"),
    "bounds crossed": (replace(OFFICE, target=Target(min_units=9, max_units=8)), "above its upper"),
    "no zone": (replace(OFFICE, zone="Mars/Base"), "no IANA time zone"),
}


@pytest.mark.parametrize(("entry", "expected"), BAD.values(), ids=BAD.keys())
def test_a_bad_entry_is_named(entry: Entry, expected: str) -> None:
    [found] = problems([entry], TODAY)
    assert found.startswith("'office'")
    assert expected in found


def test_a_good_schedule_has_no_problems() -> None:
    assert list(problems([OFFICE, NIGHT], TODAY)) == []


def test_overlaps_are_found_across_zones_and_once() -> None:
    tokyo = replace(
        OFFICE, name="tokyo", zone="Asia/Tokyo", start=time(14), end=time(16), weekdays=WEEK
    )
    [found] = problems([OFFICE, tokyo], TODAY)
    assert "'tokyo'" in found
    assert "'office'" in found


def test_an_overlap_that_only_the_clocks_make_is_found() -> None:
    """New York changes its clocks three weeks before Berlin does."""
    new_york = replace(OFFICE, name="ny", zone="America/New_York", start=time(12), end=time(13))
    [found] = problems([OFFICE, new_york], TODAY)
    assert "2026-10-26" in found


def test_the_number_of_entries_is_bounded() -> None:
    hour = timedelta(hours=1)
    entries = [
        replace(
            OFFICE,
            name=f"e{number}",
            start=(datetime.min + number * hour).time(),
            end=(datetime.min + (number + 1) * hour).time(),
        )
        for number in range(MOST_ENTRIES + 1)
    ]
    assert list(problems(entries[:-1], TODAY)) == []
    [found] = problems(entries, TODAY)
    assert "11 entries" in found


def test_two_entries_of_one_name_are_refused() -> None:
    weekend = replace(OFFICE, weekdays=frozenset({Weekday.SUNDAY}))
    [found] = problems([OFFICE, weekend], TODAY)
    assert "more than one entry" in found


def test_a_rule_begins_in_a_zone_where_it_is_tomorrow() -> None:
    early = replace(OFFICE, start=time(0, 30), zone="Pacific/Auckland", weekdays=WEEK)
    began = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
    found = latest_begun([early], began - timedelta(minutes=1), began)
    assert found is not None
    assert found.begins == began
    assert active_entry([early], began) == early


def test_a_rule_begins_again_a_day_later() -> None:
    found = latest_begun([OFFICE], berlin("2026-05-04 18:00"), berlin("2026-05-05 08:00"))
    assert found is not None
    assert found.begins == berlin("2026-05-05 08:00")


def test_a_rule_without_an_end_begins_and_holds_nothing() -> None:
    moment = replace(OFFICE, end=None)
    now = berlin("2026-05-04 08:00")
    found = latest_begun([moment], now - timedelta(minutes=1), now)
    assert found is not None
    assert found.ends == found.begins == now
    assert active_entry([moment], now) is None
    twin = replace(moment, name="twin")
    assert list(problems([moment, twin], TODAY)) != []
