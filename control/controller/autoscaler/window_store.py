"""The last 30 hours of every service, one value a minute: a cache that can be filled anew.

A row is a minute and a column a service, so that a minute is written at once and a window of all
services is reduced row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from control.controller.cluster import Key
from control.scaling.sizing import MemorySpread, WindowSummary

WINDOW_MINUTES = 30 * 60
LEAST_EXPECTED_MINUTES = 3 * 60
"""However long a service slept: less than this proves nothing (ours)."""
GAP = -1
KIB, KIB_IN_MIB = 1024, 1024
HOUR = 60
FIRST_COLUMNS = 64

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Kind(IntEnum):
    """What a minute of a service is; a gap is unknown, never zero."""

    UNKNOWN = 0
    COMPLETE = 1
    NOT_RUNNING = 2


@dataclass(frozen=True, kw_only=True)
class Minute:
    """The busiest replica of one service in one minute; None is unknown."""

    cpu_millicores: int | None = None
    resident_bytes: int | None = None
    query_bytes: int | None = None
    kind: Kind = Kind.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Reduced:
    """One window of all services, by column."""

    cpu: Ints
    resident_kib: Ints
    query_kib: Ints
    count: Longs
    total_mib: Longs
    squares_mib: Longs
    samples: Longs
    expected: Longs


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some minutes of all services; parts that follow one another add up."""

    cpu: Ints
    resident_kib: Ints
    query_kib: Ints
    count: Longs
    total_mib: Longs
    squares_mib: Longs
    samples: Longs
    asleep: Longs


@dataclass(frozen=True, kw_only=True)
class Summaries(Mapping[Key, WindowSummary]):
    """One window of all services; a summary is made when it is asked for, as most are not."""

    columns: Mapping[Key, int]
    minutes: int
    rows: Sequence[Sequence[int]]

    def __getitem__(self, key: Key) -> WindowSummary:
        at = self.columns[key]
        cpu, resident, query, count, total, squares, samples, expected = (
            row[at] for row in self.rows
        )
        return WindowSummary(
            cpu_peak_millicores=cpu,
            resident_peak_bytes=resident * KIB,
            query_peak_bytes=query * KIB,
            spread=MemorySpread(count=count, total_mib=total, total_squares_mib=squares),
            samples=samples,
            expected_samples=expected,
            minutes=self.minutes,
        )

    def __iter__(self) -> Iterator[Key]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)


class WindowStore:
    def __init__(self, *, minutes: int = WINDOW_MINUTES, columns: int = FIRST_COLUMNS) -> None:
        self.minutes = minutes
        self.newest: int | None = None
        """Minutes since 1970 of the newest row."""
        self.columns: dict[Key, int] = {}
        self.free: list[int] = []
        self.cpu, self.resident_kib, self.query_kib = (
            np.full((minutes, columns), GAP, dtype=np.int32) for _ in range(3)
        )
        self.kinds = np.zeros((minutes, columns), dtype=np.int8)
        self.hours: dict[int, Part] = {}
        """Whole hours by their first minute, until something in them changes."""

    def keep(self, services: Iterable[Key]) -> list[Key]:
        """Forget all others; those that are new here are given back."""
        wanted = set(services)
        for key in [key for key in self.columns if key not in wanted]:
            column = self.columns.pop(key)
            self.clear(slice(None), column)
            self.free.append(column)
        new = sorted(wanted - self.columns.keys())
        if new:
            self.hours.clear()
        for key in new:
            self.columns[key] = self.free.pop() if self.free else self.next_column()
        return new

    def next_column(self) -> int:
        column, room = len(self.columns), self.cpu.shape[1]
        if column >= room:
            wider = ((0, 0), (0, max(room, FIRST_COLUMNS)))
            self.cpu, self.resident_kib, self.query_kib = (
                np.pad(array, wider, constant_values=GAP)
                for array in (self.cpu, self.resident_kib, self.query_kib)
            )
            self.kinds = np.pad(self.kinds, wider)
        return column

    def clear(self, rows: slice | int, column: slice | int) -> None:
        for array in (self.cpu, self.resident_kib, self.query_kib):
            array[rows, column] = GAP
        self.kinds[rows, column] = Kind.UNKNOWN

    def advance(self, minute: int) -> None:
        """Make `minute` the newest; the minutes on the way there are gaps until they are put."""
        if self.newest is None or minute - self.newest >= self.minutes:
            self.clear(slice(None), slice(None))
        else:
            for passed in range(self.newest + 1, minute + 1):
                self.clear(passed % self.minutes, slice(None))
        self.newest = max(minute, self.newest or minute)
        for first in [first for first in self.hours if first - 1 <= minute - self.minutes]:
            del self.hours[first]

    def holds(self, minute: int) -> bool:
        return self.newest is not None and self.newest - self.minutes < minute <= self.newest

    def put(self, key: Key, minute: int, values: Minute) -> None:
        if not self.holds(minute):
            return
        if self.hours:
            # The hour that it is in, and the one whose first pair it makes.
            self.hours.pop(minute - minute % HOUR, None)
            self.hours.pop(minute + 1, None)
        row, column = minute % self.minutes, self.columns[key]
        self.cpu[row, column] = GAP if values.cpu_millicores is None else values.cpu_millicores
        self.resident_kib[row, column] = kib(values.resident_bytes)
        self.query_kib[row, column] = kib(values.query_bytes)
        self.kinds[row, column] = values.kind

    def put_row(self, minute: int, *, cpu: Ints, resident_kib: Ints) -> None:
        """A complete minute of all services at once, in the order of their columns."""
        self.advance(minute)
        row = minute % self.minutes
        self.cpu[row], self.resident_kib[row] = cpu, resident_kib
        self.query_kib[row], self.kinds[row] = 0, Kind.COMPLETE

    def summaries(self, minutes: int, *, now_minute: int) -> Summaries:
        """The window (now - minutes, now] of every service."""
        reduced = self.reduced(minutes, now_minute)
        return Summaries(
            columns=dict(self.columns),
            minutes=minutes,
            rows=[
                array.tolist()
                for array in (
                    np.maximum(reduced.cpu, 0),
                    np.maximum(reduced.resident_kib, 0),
                    np.maximum(reduced.query_kib, 0),
                    reduced.count,
                    reduced.total_mib,
                    reduced.squares_mib,
                    reduced.samples,
                    reduced.expected,
                )
            ],
        )

    def reduced(self, minutes: int, now_minute: int) -> Reduced:
        """Whole hours are reduced once and remembered; the ends of the window each time."""
        newest = now_minute if self.newest is None else min(self.newest, now_minute)
        oldest = max(now_minute - minutes, newest - self.minutes) + 1
        parts: list[Part] = []
        at = oldest
        while at <= newest:
            next_hour = (at // HOUR + 1) * HOUR
            whole = at % HOUR == 0 and at > oldest and next_hour <= newest
            end = min(next_hour, newest + 1)
            parts.append(self.whole_hour(at) if whole else self.part(at, end, follows=at > oldest))
            at = end
        return merged(parts, self.cpu.shape[1], minutes)

    def whole_hour(self, first: int) -> Part:
        """With the pair that it makes with the minute before it."""
        if first not in self.hours:
            self.hours[first] = self.part(first, first + HOUR, follows=True)
        return self.hours[first]

    def part(self, first: int, end: int, *, follows: bool) -> Part:
        """Of minutes from `first` up to `end`, which is not in it."""
        rows = np.arange(first - follows, end, dtype=np.intp) % self.minutes
        paired = self.cpu[rows]
        cpu = (
            np.minimum(paired[1:], paired[:-1]).max(axis=0)
            if len(rows) > 1
            else np.full(self.cpu.shape[1], GAP, dtype=np.int32)
        )
        rows = rows[int(follows) :]
        resident, kinds = self.resident_kib[rows], self.kinds[rows]
        mib = np.where(resident > 0, resident, 0) // KIB_IN_MIB
        return Part(
            cpu=cpu,
            resident_kib=resident.max(axis=0),
            query_kib=self.query_kib[rows].max(axis=0),
            count=(resident != GAP).sum(axis=0),
            total_mib=mib.sum(axis=0, dtype=np.int64),
            squares_mib=(mib.astype(np.int64) ** 2).sum(axis=0),
            samples=(kinds == Kind.COMPLETE).sum(axis=0),
            asleep=(kinds == Kind.NOT_RUNNING).sum(axis=0),
        )

    def rows(self, minutes: int, now_minute: int) -> NDArray[np.intp]:
        """Of the window; minutes that are not held are not there."""
        newest = now_minute if self.newest is None else min(self.newest, now_minute)
        held_since = (self.newest or newest) - self.minutes
        oldest = max(now_minute - minutes, held_since) + 1
        return np.arange(oldest, newest + 1, dtype=np.intp) % self.minutes

    def hourly(self, key: Key, *, now_minute: int, hours: int = 30) -> list[tuple[int, int]]:
        """Peaks of CPU in millicores and of memory in MiB, hour by hour; GAP where unknown."""
        column, peaks = self.columns[key], []
        for hour in range(hours, 0, -1):
            rows = self.rows(60, now_minute - (hour - 1) * 60)
            cpu = int(self.cpu[rows, column].max(initial=GAP))
            resident = int(self.resident_kib[rows, column].max(initial=GAP))
            peaks.append((cpu, GAP if resident == GAP else resident // KIB_IN_MIB))
        return peaks


def merged(parts: Sequence[Part], columns: int, minutes: int) -> Reduced:
    peaks = [np.full(columns, GAP, dtype=np.int32) for _ in range(3)]
    sums = [np.zeros(columns, dtype=np.int64) for _ in range(5)]
    for part in parts:
        for peak, value in zip(peaks, (part.cpu, part.resident_kib, part.query_kib), strict=True):
            np.maximum(peak, value, out=peak)
        added = (part.count, part.total_mib, part.squares_mib, part.samples, part.asleep)
        for total, one in zip(sums, added, strict=True):
            total += one
    *kept, asleep = sums
    return Reduced(
        cpu=peaks[0],
        resident_kib=peaks[1],
        query_kib=peaks[2],
        count=kept[0],
        total_mib=kept[1],
        squares_mib=kept[2],
        samples=kept[3],
        expected=np.maximum(minutes - asleep, min(minutes, LEAST_EXPECTED_MINUTES)),
    )


def kib(size_bytes: int | None) -> int:
    """Rounded up, so that a service is never thought smaller than it is."""
    return GAP if size_bytes is None else -(-size_bytes // KIB)
