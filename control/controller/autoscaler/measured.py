"""What is known of all services: filled from Prometheus little by little, and anew after a start.

Nothing here is the memory of a decision. A process that begins anew reads 30 hours again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from control.controller.autoscaler.prometheus import Prometheus
from control.controller.autoscaler.samples import (
    INFO,
    STEP_S,
    YOUNG_MINUTES,
    Crash,
    Found,
    Replica,
    Runs,
    crashes_of,
    fetch,
    minute_of,
)
from control.controller.autoscaler.window_store import WINDOW_MINUTES, WindowStore
from control.controller.cluster import Key
from control.scaling.sizing import WindowSummary

LAG = timedelta(seconds=15)
"""Rules of a minute are evaluated a little after it."""
AGAIN_MINUTES = 2
"""The newest minutes are read once more, for samples that came late."""
SERVICES_AT_ONCE = 200
REPLICAS_EACH = 4
POINTS_AT_ONCE = 200_000


@dataclass(frozen=True, kw_only=True)
class Windows:
    """All services' windows of one length, at one time, with what ran out of memory in them."""

    summaries: Mapping[Key, WindowSummary]
    crashes: Mapping[Key, Sequence[Crash]]

    def of(self, key: Key) -> WindowSummary | None:
        found = self.summaries.get(key)
        if found is None or not found.samples:
            return None
        crashes = self.crashes.get(key)
        if not crashes:
            return found
        return replace(
            found,
            pod_oom_bytes=worst(crash for crash in crashes if crash.killed),
            query_oom_bytes=worst(crash for crash in crashes if not crash.killed),
        )


class Measured:
    def __init__(self, prometheus: Prometheus, store: WindowStore | None = None) -> None:
        self.prometheus = prometheus
        self.store = store or WindowStore()
        self.runs = Runs()
        self.crashes: dict[Key, list[Crash]] = {}
        self.filled_to: int | None = None
        self.new: set[Key] = set()
        """Services whose past has not been read yet."""

    def refresh(self, joining: Mapping[Key, Set[str]], now: datetime) -> None:
        """Read what is new; `joining` names the replicas of each service that serve nobody yet."""
        newest = minute_at(now - LAG)
        self.new |= set(self.store.keep(joining))
        self.new &= joining.keys()
        self.store.advance(newest)
        self.forget(joining, newest)
        oldest = newest - WINDOW_MINUTES - YOUNG_MINUTES
        again = oldest if self.filled_to is None else self.filled_to + 1 - AGAIN_MINUTES
        known = [key for key in joining if key not in self.new]
        for batch in batches(known):
            self.fill(batch, max(oldest, again), newest, joining)
        self.filled_to = newest
        for batch in batches(self.new):
            self.fill(batch, oldest, newest, joining)
            self.new -= set(batch)

    def fill(
        self, batch: Sequence[Key], first: int, last: int, joining: Mapping[Key, Set[str]]
    ) -> None:
        namespace = batch[0].namespace
        names = [key.name for key in batch]
        at_once = max(1, POINTS_AT_ONCE // (REPLICAS_EACH * len(batch)))
        for start in range(first, last + 1, at_once):
            end = min(start + at_once - 1, last)
            found = fetch(self.prometheus, namespace, names, start, end)
            self.take(namespace, names, found, range(start, end + 1), joining)

    def take(
        self,
        namespace: str,
        names: Sequence[str],
        found: Found,
        minutes: range,
        joining: Mapping[Key, Set[str]],
    ) -> None:
        by_service: dict[str, list[Replica]] = {name: [] for name in names}
        for replica, values in found.series[INFO].items():
            self.runs.note(replica, values)
            by_service.setdefault(replica[0], []).append(replica)
        for name in names:
            key = Key(namespace, name)
            # Whoever joins now does not in the past.
            away = {(name, rid) for rid in joining[key]} if len(minutes) <= YOUNG_MINUTES else set()
            for minute in minutes:
                told = minute_of(found, self.runs, by_service[name], minute, away)
                self.store.put(key, minute, told)
            self.note_crashes(
                key, (crash for one in by_service[name] for crash in crashes_of(found, one))
            )

    def note_crashes(self, key: Key, crashes: Iterable[Crash]) -> None:
        known = self.crashes.setdefault(key, [])
        known.extend(crash for crash in crashes if crash not in known)

    def forget(self, joining: Mapping[Key, Set[str]], newest: int) -> None:
        oldest = newest - WINDOW_MINUTES
        self.runs.forget_before(oldest)
        self.crashes = {
            key: [crash for crash in crashes if crash.minute > oldest]
            for key, crashes in self.crashes.items()
            if key in joining
        }

    def windows(self, length: timedelta, now: datetime) -> Windows:
        """(now - length, now], with what ran out of memory in it."""
        minutes = int(length.total_seconds()) // STEP_S
        newest = minute_at(now - LAG)
        return Windows(
            summaries=self.store.summaries(minutes, now_minute=newest),
            crashes={
                key: [crash for crash in crashes if crash.minute > newest - minutes]
                for key, crashes in self.crashes.items()
                if crashes
            },
        )

    def hourly(self, key: Key, now: datetime) -> list[tuple[int, int]]:
        return self.store.hourly(key, now_minute=minute_at(now - LAG))


def batches(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """Of one namespace each, as many as one query may ask for."""
    by_namespace: dict[str, list[Key]] = {}
    for key in sorted(keys):
        by_namespace.setdefault(key.namespace, []).append(key)
    for found in by_namespace.values():
        for start in range(0, len(found), SERVICES_AT_ONCE):
            yield found[start : start + SERVICES_AT_ONCE]


def worst(crashes: Iterable[Crash]) -> int:
    return max((crash.resident_bytes for crash in crashes), default=0)


def minute_at(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_S
