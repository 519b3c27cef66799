"""One full decision pass over prepared windows of 10,000 services, and one minute taken in."""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from datetime import UTC, datetime

import numpy as np

from control.controller.autoscaler.window_store import WINDOW_MINUTES, Kind, WindowStore
from control.controller.cluster import Key
from control.scaling.sizing import Policy
from control.scaling.vertical import Facts, decide

GOAL_S, GOAL_MB = 1.0, 500
NOW_MINUTE = WINDOW_MINUTES + 37
SHORT_MINUTES = 180
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--services", type=int, nargs="+", default=[100, 1000, 10_000])
    asked.add_argument("--runs", type=int, default=5)
    options = asked.parse_args()
    for services in options.services:
        measure(services, options.runs)


def measure(services: int, runs: int) -> None:
    """The baseline is the same pass with nothing remembered of the hours before."""
    store, keys = prepared(services)
    decision_pass(store, keys)
    passes, cpu, cold, minutes = [], [], [], []
    for number in range(runs):
        began_s = time.process_time()
        passes.append(seconds(lambda: decision_pass(store, keys)))
        cpu.append(time.process_time() - began_s)
        store.hours.clear()
        cold.append(seconds(lambda: decision_pass(store, keys)))
        at = NOW_MINUTE + 1 + number
        minutes.append(seconds(lambda at=at: take_minute(store, services, at)))
    used_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{services:>6} services: pass {statistics.median(passes):.3f} s (goal {GOAL_S} s),"
        f" of CPU {statistics.median(cpu):.3f} s,"
        f" without remembered hours {statistics.median(cold):.3f} s,"
        f" a minute taken in {statistics.median(minutes) * 1000:.2f} ms,"
        f" memory {used_mb:.0f} MB (goal {GOAL_MB} MB)"
    )


def prepared(services: int) -> tuple[WindowStore, list[Key]]:
    store, keys = WindowStore(columns=services), [Key("", f"{n:06}") for n in range(services)]
    store.keep(keys)
    store.advance(NOW_MINUTE)
    rng = np.random.default_rng(0)
    for row in range(WINDOW_MINUTES):
        store.cpu[row] = rng.integers(100, 8000, services)
        store.resident_kib[row] = rng.integers(1 << 20, 30 << 20, services)
        store.query_kib[row] = rng.integers(1 << 20, 30 << 20, services)
        store.kinds[row] = Kind.COMPLETE
    return store, keys


def decision_pass(store: WindowStore, keys: list[Key]) -> int:
    long = store.summaries(WINDOW_MINUTES, now_minute=NOW_MINUTE)
    short = store.summaries(SHORT_MINUTES, now_minute=NOW_MINUTE)
    return sum(
        decide(
            Facts(
                units=8,
                min_units=2,
                max_units=30,
                replicas=3,
                is_primary=True,
                policy=Policy.TARGET_TRACKING,
                short=short[key],
                long=long[key],
            ),
            NOW,
        ).apply
        for key in keys
    )


def take_minute(store: WindowStore, services: int, minute: int) -> None:
    values = np.full(services, 1000, dtype=np.int32)
    store.put_row(minute, cpu=values, resident_kib=values)


def seconds(run: object) -> float:
    assert callable(run)
    started_s = time.perf_counter()
    run()
    return time.perf_counter() - started_s


if __name__ == "__main__":
    main()
