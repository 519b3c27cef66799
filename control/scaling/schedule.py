"""Scaling by the calendar: entries in time zones of their own, and which one holds when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

MOST_ENTRIES = 10
CHECKED_DAYS = 370
"""Overlaps are looked for this far ahead: every change of the clocks in a year is met."""
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


class Weekday(IntEnum):
    """Numbered as `datetime.date.weekday` does."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


@dataclass(frozen=True, kw_only=True)
class Target:
    """What holds while an entry is active; None leaves the service's own setting."""

    min_units: int | None = None
    max_units: int | None = None
    units: int | None = None
    """The size to have when it begins."""
    replicas: int | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """From `start` to `end` on each of `weekdays`, as clocks in `zone` show them; an `end` before
    `start` is the next day's. Without an end it begins and holds nothing."""

    name: str
    weekdays: frozenset[Weekday]
    start: time
    end: time | None
    zone: str
    target: Target


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One time that an entry holds: `begins` is in it, `ends` is not; both in UTC."""

    entry: Entry
    begins: datetime
    ends: datetime


def active_entry(entries: Sequence[Entry], now: datetime) -> Entry | None:
    """The entry that holds at `now`; entries do not overlap."""
    for occurrence in all_occurrences(entries, first_day(now), days=4):
        if occurrence.begins <= now < occurrence.ends:
            return occurrence.entry
    return None


def next_change(entries: Sequence[Entry], now: datetime) -> datetime | None:
    """The next moment at which an entry begins or ends."""
    moments = (
        moment
        for occurrence in all_occurrences(entries, first_day(now), days=11)
        for moment in (occurrence.begins, occurrence.ends)
        if moment > now
    )
    return min(moments, default=None)


def latest_begun(entries: Sequence[Entry], since: datetime, now: datetime) -> Occurrence | None:
    """Of the entries that began after `since`, the last: a restart applies only that one."""
    days = (last_day(now) - first_day(since)).days + 1
    begun = [
        occurrence
        for occurrence in all_occurrences(entries, first_day(since), days=days)
        if since < occurrence.begins <= now
    ]
    return max(begun, key=lambda occurrence: occurrence.begins, default=None)


def problems(entries: Sequence[Entry], today: date) -> Iterator[str]:
    """What is wrong with a schedule, a sentence each."""
    if len(entries) > MOST_ENTRIES:
        yield f"{len(entries)} entries; {MOST_ENTRIES} are the most."
    names = [entry.name for entry in entries]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name!r} is the name of more than one entry."
    sound = []
    for entry in entries:
        found = list(entry_problems(entry))
        yield from found
        if not found:
            sound.append(entry)
    yield from overlaps(sound, today)


def entry_problems(entry: Entry) -> Iterator[str]:
    if not entry.weekdays:
        yield f"{entry.name!r} has no weekday."
    if entry.start == entry.end:
        yield f"{entry.name!r} starts and ends at {entry.start:%H:%M}."
    target = entry.target
    if target == Target():
        yield f"{entry.name!r} changes nothing: give bounds or replicas."
    if (target.min_units is None) != (target.max_units is None):
        yield f"{entry.name!r} has one bound only: give both or none."
    elif target.min_units and target.max_units and target.min_units > target.max_units:
        yield f"{entry.name!r} has a lower bound above its upper bound."
    try:
        ZoneInfo(entry.zone)
    except (KeyError, ValueError, OSError):
        yield f"{entry.name!r} has {entry.zone!r}, which is no IANA time zone."


def overlaps(entries: Sequence[Entry], today: date) -> Iterator[str]:
    seen: set[frozenset[str]] = set()
    ordered = sorted(
        all_occurrences(entries, today, days=CHECKED_DAYS), key=lambda each: each.begins
    )
    for earlier, later in pairwise(ordered):
        pair = frozenset((earlier.entry.name, later.entry.name))
        meets = later.begins < earlier.ends or later.begins == earlier.begins
        if meets and pair not in seen:
            seen.add(pair)
            yield (
                f"{earlier.entry.name!r} and {later.entry.name!r} overlap, first at "
                f"{later.begins:%Y-%m-%d %H:%M} UTC."
            )


def all_occurrences(entries: Sequence[Entry], first: date, *, days: int) -> Iterator[Occurrence]:
    for entry in entries:
        zone = ZoneInfo(entry.zone)
        for number in range(days):
            day = first + number * DAY
            if Weekday(day.weekday()) in entry.weekdays:
                begins = instant(day, entry.start, zone)
                yield Occurrence(entry=entry, begins=begins, ends=end_of(entry, day, zone, begins))


def end_of(entry: Entry, day: date, zone: ZoneInfo, begins: datetime) -> datetime:
    if entry.end is None:
        return begins
    return instant(day if entry.end > entry.start else day + DAY, entry.end, zone)


def first_day(now: datetime) -> date:
    """Early enough for an overnight entry in any time zone."""
    return now.astimezone(UTC).date() - 2 * DAY


def last_day(now: datetime) -> date:
    """Late enough for a time zone in which it is tomorrow."""
    return now.astimezone(UTC).date() + DAY


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When clocks in `zone` show this: the first time where they show it twice, and where they skip
    it the next minute that they show."""
    shown = datetime.combine(day, clock)
    while True:
        moment = shown.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None, fold=0) == shown:
            return moment
        shown += MINUTE
