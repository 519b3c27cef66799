"""From Prometheus' series of replicas to minutes of services."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from control.controller.autoscaler.prometheus import Prometheus, Series
from control.controller.autoscaler.window_store import Kind, Minute

STEP_S = 60
YOUNG_MINUTES = 5
"""A replica that came up is looked at only afterwards: starting is no load (ours)."""
BROKEN_AFTER_MINUTES = 2
"""A replica that was away for longer starts anew."""

INFO = "byoc:replica_info"
CPU = "byoc:replica_cpu_cores"
RESIDENT = "byoc:replica_memory_bytes"
QUERY = "byoc:replica_query_memory_bytes"
LIMIT = "byoc:replica_memory_limit_bytes"
KILLS = "byoc:replica_oom_kills:increase5m"
REFUSALS = "byoc:replica_query_ooms:increase5m"
ALIVE = "byoc:rules_evaluated"

Replica = tuple[str, str]
"""Service and rid."""
Values = Mapping[int, float]
"""Minute to value."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one batch of services told, by series and replica."""

    series: Mapping[str, Mapping[Replica, Values]]
    alive: Set[int]
    """Minutes in which the rules were evaluated: what is not there then was not there."""

    def of(self, name: str, replica: Replica) -> Values:
        return self.series[name].get(replica, {})


@dataclass(frozen=True, kw_only=True)
class Crash:
    """Memory was too little: a replica was killed, or a query refused."""

    minute: int
    resident_bytes: int
    killed: bool


@dataclass
class Runs:
    """Since when each replica has been there without a break."""

    starts: dict[Replica, list[int]] = field(default_factory=dict)
    last: dict[Replica, int] = field(default_factory=dict)

    def note(self, replica: Replica, minutes: Iterable[int]) -> None:
        for minute in sorted(minutes):
            last = self.last.get(replica)
            if last is not None and minute <= last:
                continue
            if last is None or minute - last > BROKEN_AFTER_MINUTES:
                self.starts.setdefault(replica, []).append(minute)
            self.last[replica] = minute

    def is_young(self, replica: Replica, minute: int) -> bool:
        """By the run that the minute is in: a past that is read at once has several."""
        starts = self.starts.get(replica, [])
        at = bisect_right(starts, minute) - 1
        return at < 0 or minute - starts[at] < YOUNG_MINUTES

    def forget_before(self, minute: int) -> None:
        for replica in [each for each, last in self.last.items() if last < minute]:
            del self.last[replica], self.starts[replica]
        for starts in self.starts.values():
            del starts[: max(0, bisect_right(starts, minute) - 1)]


def fetch(
    prometheus: Prometheus, namespace: str, services: Sequence[str], first: int, last: int
) -> Found:
    """Everything about these services in minutes first..last."""
    names = (INFO, CPU, RESIDENT, QUERY, LIMIT, KILLS, REFUSALS)
    chosen = f'{{namespace="{namespace}",service=~"{"|".join(services)}"}}'
    return Found(
        series={
            name: by_replica(asked(prometheus, f"{name}{chosen}", first, last)) for name in names
        },
        alive={
            minute for one in asked(prometheus, ALIVE, first, last) for minute in values_of(one)
        },
    )


def asked(prometheus: Prometheus, selector: str, first: int, last: int) -> Iterator[Series]:
    """Only a sample of that very minute: Prometheus else repeats the last for five minutes."""
    return prometheus.range(
        f"last_over_time({selector}[{STEP_S - 1}s])",
        start_s=first * STEP_S,
        end_s=last * STEP_S,
        step_s=STEP_S,
    )


def by_replica(found: Iterable[Series]) -> dict[Replica, dict[int, float]]:
    grouped: dict[Replica, dict[int, float]] = {}
    for series in found:
        replica = (series.labels.get("service", ""), series.labels.get("replica", ""))
        known = grouped.setdefault(replica, {})
        for minute, value in values_of(series).items():
            known[minute] = max(value, known.get(minute, value))
    return grouped


def values_of(series: Series) -> dict[int, float]:
    """What is no number, or below zero, is unknown."""
    found = {}
    for moment_s, value_text in series.points:
        value = float(value_text)
        if math.isfinite(value) and value >= 0:
            found[int(moment_s) // STEP_S] = value
    return found


def minute_of(
    found: Found, runs: Runs, replicas: Sequence[Replica], minute: int, joining: Set[Replica]
) -> Minute:
    """The largest over replicas that serve or drain; complete only if each of them is known."""
    there = [each for each in replicas if minute in found.of(INFO, each)]
    if not there:
        return Minute(kind=Kind.NOT_RUNNING if minute in found.alive else Kind.UNKNOWN)
    counted = [each for each in there if each not in joining and not runs.is_young(each, minute)]
    values = {
        name: [found.of(name, each).get(minute) for each in counted]
        for name in (CPU, RESIDENT, QUERY)
    }
    complete = bool(counted) and all(None not in known for known in values.values())
    cpu, resident, query = (largest(values[name]) for name in (CPU, RESIDENT, QUERY))
    return Minute(
        cpu_millicores=None if cpu is None else round(cpu * 1000),
        resident_bytes=None if resident is None else int(resident),
        query_bytes=None if query is None else int(query),
        kind=Kind.COMPLETE if complete else Kind.UNKNOWN,
    )


def largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def crashes_of(found: Found, replica: Replica) -> Iterator[Crash]:
    """With the memory at that time: what it was allowed where it was killed, else what it held."""
    held = found.of(RESIDENT, replica)
    for name, killed in ((KILLS, True), (REFUSALS, False)):
        for minute, count in found.of(name, replica).items():
            if count <= 0:
                continue
            around = [held[near] for near in range(minute - 5, minute + 1) if near in held]
            limit = found.of(LIMIT, replica).get(minute) if killed else None
            resident = max([*around, limit or 0], default=0)
            if resident:
                yield Crash(minute=minute, resident_bytes=int(resident), killed=killed)
