"""Load of services over time: recorded, or made after a pattern; what one replica would use."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HOUR, DAY = 60, 24 * 60
COLUMNS = ("cpu_cores", "memory_gib")
TIME = "time"
START = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday: when load begins that does not say when it was."""


class LoadError(Exception):
    """A recording that cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What every replica would use if it could, minute by minute, of each service (column)."""

    cpu_cores: Floats
    memory_gib: Floats
    start: datetime = START

    @property
    def minutes(self) -> int:
        return int(self.cpu_cores.shape[0])

    @property
    def services(self) -> int:
        return int(self.cpu_cores.shape[1])


class Pattern(StrEnum):
    STEADY = "steady"
    DAILY = "daily"
    SPIKY = "spiky"
    GROWING = "growing"
    BURSTS = "bursts"
    """At the same hour of every day, as before a schedule."""


def steady(minutes: Floats, rng: np.random.Generator) -> Floats:
    return np.full_like(minutes, 0.5)


def daily(minutes: Floats, rng: np.random.Generator) -> Floats:
    """Busy by day, quiet at night, and half as busy at weekends."""
    shifted = minutes - rng.uniform(0, DAY)
    week = np.where((minutes // DAY) % 7 < 5, 1.0, 0.5)
    return 0.1 + 0.9 * week * np.clip(np.sin(2 * np.pi * shifted / DAY), 0, None) ** 1.5


def spiky(minutes: Floats, rng: np.random.Generator) -> Floats:
    """Little, and a few times a day much for ten to forty minutes."""
    shape = np.full_like(minutes, 0.15)
    for start in np.nonzero(rng.random(len(minutes)) < 4 / DAY)[0]:
        shape[start : start + rng.integers(10, 40)] = rng.uniform(0.5, 1.0)
    return shape


def growing(minutes: Floats, rng: np.random.Generator) -> Floats:
    return 0.1 + 0.9 * minutes / max(len(minutes) - 1, 1)


def bursts(minutes: Floats, rng: np.random.Generator) -> Floats:
    began = rng.integers(0, DAY)
    return np.where((minutes - began) % DAY < 2 * HOUR, 1.0, 0.12)


SHAPES: Mapping[Pattern, Callable[[Floats, np.random.Generator], Floats]] = {
    Pattern.STEADY: steady,
    Pattern.DAILY: daily,
    Pattern.SPIKY: spiky,
    Pattern.GROWING: growing,
    Pattern.BURSTS: bursts,
}


def generated(
    pattern: Pattern, *, hours: int, cpu_cores: float, memory_gib: float, seed: int = 0
) -> Load:
    """One service that uses up to `cpu_cores` and `memory_gib` on each replica."""
    rng = np.random.default_rng(seed)
    minutes = np.arange(hours * HOUR, dtype=np.float64)
    shape = SHAPES[pattern](minutes, rng) * rng.normal(1, 0.05, len(minutes)).clip(0.8, 1.2)
    # Caches keep memory when queries end, so that it moves less than CPU does.
    memory = 0.4 + 0.6 * shape
    return Load(
        cpu_cores=(cpu_cores * shape)[:, None].clip(0),
        memory_gib=(memory_gib * memory)[:, None].clip(0),
    )


def fleet(services: int, *, hours: int, seed: int = 0) -> Load:
    """Services of all patterns and of sizes from small to large, always the same for a seed."""
    rng = np.random.default_rng(seed)
    patterns = list(Pattern)
    made = [
        generated(
            patterns[number % len(patterns)],
            hours=hours,
            cpu_cores=float(rng.lognormal(1.2, 0.7)),
            memory_gib=float(rng.lognormal(2.0, 0.7)),
            seed=seed * 1_000_003 + number,
        )
        for number in range(services)
    ]
    return Load(
        cpu_cores=np.concatenate([one.cpu_cores for one in made], axis=1),
        memory_gib=np.concatenate([one.memory_gib for one in made], axis=1),
    )


def recorded(path: Path) -> Load:
    """A CSV with a row a minute and the columns cpu_cores and memory_gib of the busiest replica.

    A column `time` (ISO 8601) tells when the first row was, which schedules go by.
    """
    with path.open(newline="") as file:
        rows = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise LoadError(f"{path} has no column {missing[0]!r}; it needs {', '.join(COLUMNS)}")
        found = list(rows)
    if not found:
        raise LoadError(f"{path} has no rows: one a minute is needed")
    table = np.array([number_row(path, line, row) for line, row in enumerate(found, start=2)])
    return Load(cpu_cores=table[:, :1], memory_gib=table[:, 1:], start=begin(path, found[0]))


def begin(path: Path, row: Mapping[str, str]) -> datetime:
    told = row.get(TIME)
    if not told:
        return START
    try:
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise LoadError(
            f"{path}, line 2: {told!r} is no time such as {START.isoformat()}"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def number_row(path: Path, line: int, row: Mapping[str, str]) -> list[float]:
    try:
        values = [float(row[name]) for name in COLUMNS]
    except (TypeError, ValueError) as error:
        raise LoadError(f"{path}, line {line}: {error}") from error
    if any(not np.isfinite(value) or value < 0 for value in values):
        raise LoadError(f"{path}, line {line}: {values} has a number below zero or none")
    return values
