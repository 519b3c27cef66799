"""Load played through a policy, by the controller's own windows and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from control.controller.autoscaler.window_store import Summaries, WindowStore
from control.controller.cluster import Key
from control.scaling import horizontal, vertical
from control.scaling.sizing import GIB, UNIT_BYTES, UNIT_MILLICORES, WindowSummary
from control.simulate.deciding import Known, Played, Size
from control.simulate.load import Load
from control.simulate.setting import Policy, Setting

Ints = NDArray[np.int64]
KIB = 1024
LONG_AGO = -(10**9)
SAME_CRASH_MINUTES = 10
BY_SIZE = {"long": vertical.LONG_WINDOW, "short": vertical.SHORT_WINDOW}
BY_COUNT = {"calm": horizontal.CALM_WINDOW, "recent": horizontal.CADENCE}


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
    """Of one replica, by minute and service."""
    replicas: NDArray[np.int32]


class Fleet:
    """The services while they are played."""

    def __init__(self, setting: Setting, load: Load) -> None:
        count = load.services
        first = Size(units=setting.first_units, replicas=setting.replicas)
        self.setting, self.load = setting, load
        self.played = [Played(setting=setting, size=first, wanted=first) for _ in range(count)]
        self.units, self.replicas = (
            np.full(count, value, dtype=np.int32) for value in (first.units, first.replicas)
        )
        self.crashed_at = np.full(count, LONG_AGO, dtype=np.int64)
        self.crashed_bytes, self.resizes, self.throttled, self.killed = (
            np.zeros(count, dtype=np.int64) for _ in range(4)
        )
        self.due: dict[int, int] = {}
        """The minute at which what is wanted comes to serve, by service."""
        self.store, self.keys = (
            WindowStore(columns=count),
            [Key("", f"{n:06}") for n in range(count)],
        )
        self.store.keep(self.keys)

    def serve(self, minute: int) -> None:
        """One minute of load on what there is; work is spread evenly over the replicas."""
        share = self.setting.replicas / self.replicas
        cpu = self.load.cpu_cores[minute] * share
        memory_bytes = self.load.memory_gib[minute] * share * GIB
        limit = self.units.astype(np.int64) * UNIT_BYTES
        self.throttled += cpu > self.units
        over = memory_bytes > limit
        self.killed += over & (minute - self.crashed_at > SAME_CRASH_MINUTES)
        self.crashed_at[over] = minute
        self.crashed_bytes[over] = limit[over]
        self.store.put_row(
            minute,
            cpu=(np.minimum(cpu, self.units) * UNIT_MILLICORES).round().astype(np.int32),
            resident_kib=np.ceil(np.minimum(memory_bytes, limit) / KIB).astype(np.int32),
        )

    def arrive(self, minute: int, now: datetime) -> None:
        for service in [service for service, due in self.due.items() if due <= minute]:
            del self.due[service]
            played = self.played[service]
            played.arrive(now)
            self.units[service], self.replicas[service] = played.size.units, played.size.replicas

    def decide(self, minute: int, now: datetime) -> None:
        """The calendar every minute, as the controller's tick; metrics every few."""
        every = int(self.setting.decided_every.total_seconds()) // 60
        by_metrics = self.setting.policy is not Policy.FIXED and minute % every == every - 1
        if not by_metrics and not self.setting.schedule:
            return
        windows = self.windows(minute) if by_metrics else {}
        for service, played in enumerate(self.played):
            before = played.wanted
            played.follow(now)
            if by_metrics:
                played.decide(self.known(windows, service, minute), now)
            if played.wanted != before:
                self.resizes[service] += 1
                self.due[service] = minute + int(self.setting.resized_after.total_seconds()) // 60

    def windows(self, minute: int) -> Mapping[str, Summaries]:
        lengths = BY_COUNT if self.setting.policy is Policy.HORIZONTAL else BY_SIZE
        return {
            name: self.store.summaries(minutes_of(length), now_minute=minute)
            for name, length in lengths.items()
        }

    def known(self, windows: Mapping[str, Summaries], service: int, minute: int) -> Known:
        key = self.keys[service]
        return Known(
            **{
                name: self.with_crash(window[key], service, minute)
                for name, window in windows.items()
            }
        )

    def with_crash(self, window: WindowSummary, service: int, minute: int) -> WindowSummary:
        if minute - int(self.crashed_at[service]) >= window.minutes:
            return window
        return replace(window, pod_oom_bytes=int(self.crashed_bytes[service]))


def replay(load: Load, setting: Setting) -> Outcome:
    """Every minute is put into the windows; decisions are taken every few minutes."""
    fleet = Fleet(setting, load)
    units, replicas = (np.zeros((load.minutes, load.services), dtype=np.int32) for _ in range(2))
    for minute in range(load.minutes):
        now = load.start + timedelta(minutes=minute)
        fleet.arrive(minute, now)
        units[minute], replicas[minute] = fleet.units, fleet.replicas
        fleet.serve(minute)
        fleet.decide(minute, now)
    return Outcome(
        policy=setting.policy,
        hours=load.minutes / 60,
        unit_hours=(units * replicas).sum(axis=0) / 60,
        throttled_minutes=fleet.throttled,
        resizes=fleet.resizes,
        out_of_memory=fleet.killed,
        units=units,
        replicas=replicas,
    )


def minutes_of(length: timedelta) -> int:
    return int(length.total_seconds()) // 60
