"""Load played through a policy, by the controller's own windows and decisions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from control.controller.autoscaler.window_store import WindowStore
from control.controller.cluster import Key
from control.scaling import sizing
from control.scaling.sizing import UNIT_BYTES, UNIT_MILLICORES, WindowSummary
from control.scaling.vertical import LONG_WINDOW, SHORT_WINDOW, Facts, decide
from control.simulate.load import Load

Ints = NDArray[np.int64]
START = datetime(2026, 1, 5, tzinfo=UTC)
KIB = 1024


class Policy(StrEnum):
    CLASSIC = "classic"
    TARGET_TRACKING = "target_tracking"
    FIXED = "fixed"
    """The upper bound, always: what is needed without automatic sizing."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How the services are set, and how fast a change is."""

    policy: Policy = Policy.CLASSIC
    replicas: int = 3
    min_units: int = 2
    max_units: int = 30
    decided_every: timedelta = timedelta(minutes=5)
    resized_after: timedelta = timedelta(minutes=5)
    """From a decision until replicas of the new size serve."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a policy came to; arrays have a value for each service."""

    policy: Policy
    hours: float
    unit_hours: NDArray[np.float64]
    throttled_minutes: Ints
    resizes: Ints
    out_of_memory: Ints
    units: NDArray[np.int32]
    """By minute and service."""


@dataclass
class Fleet:
    """The services while they are played."""

    setting: Setting
    units: NDArray[np.int32]
    crashed_at: Ints
    crashed_bytes: Ints
    resizes: Ints
    pending: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By service: the minute at which a size comes to serve, and the size."""


def replay(load: Load, setting: Setting) -> Outcome:
    """Every minute is put into the windows; decisions are taken every few minutes."""
    count = load.services
    first = setting.max_units if setting.policy is Policy.FIXED else setting.min_units
    fleet = Fleet(
        setting=setting,
        units=np.full(count, first, dtype=np.int32),
        crashed_at=np.full(count, -(10**9), dtype=np.int64),
        crashed_bytes=np.zeros(count, dtype=np.int64),
        resizes=np.zeros(count, dtype=np.int64),
    )
    store, keys = WindowStore(columns=count), [Key("", f"{n:06}") for n in range(count)]
    store.keep(keys)
    history = np.zeros((load.minutes, count), dtype=np.int32)
    throttled, killed = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    every = int(setting.decided_every.total_seconds()) // 60
    for minute in range(load.minutes):
        serve_pending(fleet, minute)
        history[minute] = fleet.units
        cpu, memory = load.cpu_cores[minute], load.memory_gib[minute]
        throttled += cpu > fleet.units
        killed += kill(fleet, minute, memory)
        used_bytes = np.minimum(memory * sizing.GIB, fleet.units.astype(np.float64) * UNIT_BYTES)
        store.put_row(
            minute,
            cpu=(np.minimum(cpu, fleet.units) * UNIT_MILLICORES).round().astype(np.int32),
            resident_kib=np.ceil(used_bytes / KIB).astype(np.int32),
        )
        if setting.policy is not Policy.FIXED and minute % every == every - 1:
            decide_all(fleet, store, keys, minute)
    return Outcome(
        policy=setting.policy,
        hours=load.minutes / 60,
        unit_hours=history.sum(axis=0) * setting.replicas / 60,
        throttled_minutes=throttled,
        resizes=fleet.resizes,
        out_of_memory=killed,
        units=history,
    )


def serve_pending(fleet: Fleet, minute: int) -> None:
    for service in [service for service, (due, _) in fleet.pending.items() if due <= minute]:
        fleet.units[service] = fleet.pending.pop(service)[1]


def kill(fleet: Fleet, minute: int, memory_gib: NDArray[np.float64]) -> NDArray[np.bool_]:
    """A kill counts once for as long as it lasts: the last one is at least ten minutes ago."""
    limit = fleet.units.astype(np.int64) * UNIT_BYTES
    over = memory_gib * sizing.GIB > limit
    fresh = over & (minute - fleet.crashed_at > 10)
    fleet.crashed_at[over] = minute
    fleet.crashed_bytes[over] = limit[over]
    counted: NDArray[np.bool_] = fresh
    return counted


def decide_all(fleet: Fleet, store: WindowStore, keys: list[Key], minute: int) -> None:
    now = START + timedelta(minutes=minute)
    setting = fleet.setting
    policy = sizing.Policy(setting.policy)
    long = store.summaries(minutes_of(LONG_WINDOW), now_minute=minute)
    short = store.summaries(minutes_of(SHORT_WINDOW), now_minute=minute)
    wait = int(setting.resized_after.total_seconds()) // 60
    for service, key in enumerate(keys):
        units, pending = int(fleet.units[service]), fleet.pending.get(service)
        decision = decide(
            Facts(
                units=units,
                min_units=setting.min_units,
                max_units=setting.max_units,
                replicas=setting.replicas,
                is_primary=False,
                policy=policy,
                long=with_crash(long[key], fleet, service, minute),
                short=with_crash(short[key], fleet, service, minute),
                target_in_flight=pending[1] if pending else None,
            ),
            now,
        )
        wanted = pending[1] if pending else units
        if decision.apply and decision.units != wanted:
            fleet.pending[service] = (minute + wait, decision.units)
            fleet.resizes[service] += 1


def with_crash(window: WindowSummary, fleet: Fleet, service: int, minute: int) -> WindowSummary:
    if minute - int(fleet.crashed_at[service]) >= window.minutes:
        return window
    return replace(window, pod_oom_bytes=int(fleet.crashed_bytes[service]))


def minutes_of(length: timedelta) -> int:
    return int(length.total_seconds()) // 60
