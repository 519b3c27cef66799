"""The ring of minutes against the same sums done the slow way."""

import random

import pytest

from control.controller.autoscaler.window_store import Kind, Minute, WindowStore
from control.controller.cluster import Key

ONE, TWO = Key("clickhouse", "one"), Key("clickhouse", "two")
MIB = 1024**2


def filled(store: WindowStore, minutes: range, values: dict[int, Minute], key: Key = ONE) -> None:
    for minute in minutes:
        store.advance(minute)
        store.put(key, minute, values.get(minute, Minute()))


def slow_peak(values: dict[int, Minute], minutes: range) -> int:
    """A lone minute does not count: of two neighbours the smaller."""
    known = {m: values[m].cpu_millicores for m in minutes if m in values}
    pairs = [min(known[m], known[m + 1]) for m in known if m + 1 in known]  # type: ignore[type-var]
    return max(pairs, default=0)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize("seed", range(5))
def test_sums_and_peaks_are_those_of_the_window(seed: int) -> None:
    rng = random.Random(seed)
    values = {
        minute: Minute(
            cpu_millicores=rng.randrange(8000),
            resident_bytes=rng.randrange(1, 64) * MIB,
            query_bytes=rng.randrange(1, 64) * MIB,
            kind=Kind.COMPLETE,
        )
        for minute in range(1000, 2500)
        if rng.random() > 0.1
    }
    store = WindowStore(minutes=600)
    store.keep([ONE, TWO])
    for now in (1400, 1733, 2499):
        filled(store, range((store.newest or 999) + 1, now + 1), values)
        for length in (10, 60, 180, 600):
            window = range(max(now - length, 999) + 1, now + 1)
            known = [values[minute] for minute in window if minute in values]
            found = store.summaries(length, now_minute=now)[ONE]
            held = [value.resident_bytes or 0 for value in known]
            assert found.cpu_peak_millicores == slow_peak(values, window)
            assert found.resident_peak_bytes == max(held)
            assert found.samples == len(known)
            assert found.spread.total_mib == sum(held) // MIB
            assert found.spread.total_squares_mib == sum((each // MIB) ** 2 for each in held)


def test_a_sample_as_old_as_the_window_is_out() -> None:
    store = WindowStore(minutes=1800)
    store.keep([ONE])
    busy = Minute(cpu_millicores=5000, resident_bytes=MIB, query_bytes=0, kind=Kind.COMPLETE)
    filled(store, range(3), {0: busy, 1: busy, 2: busy})
    store.advance(1800)
    assert store.summaries(1800, now_minute=1800)[ONE].cpu_peak_millicores == 5000
    store.advance(1801)
    assert store.summaries(1800, now_minute=1801)[ONE].cpu_peak_millicores == 0, "one is no pair"


def test_a_late_sample_is_seen_in_an_hour_that_was_reduced_before() -> None:
    store = WindowStore(minutes=600)
    store.keep([ONE])
    calm = Minute(cpu_millicores=100, resident_bytes=MIB, query_bytes=0, kind=Kind.COMPLETE)
    filled(store, range(600), dict.fromkeys(range(600), calm))
    assert store.summaries(600, now_minute=599)[ONE].cpu_peak_millicores == 100
    for minute in (119, 120):
        store.put(ONE, minute, Minute(cpu_millicores=900, kind=Kind.COMPLETE))
    assert store.summaries(600, now_minute=599)[ONE].cpu_peak_millicores == 900


def test_sleep_is_not_expected_and_a_gap_is() -> None:
    store = WindowStore()
    store.keep([ONE])
    kinds = {m: Minute(kind=Kind.NOT_RUNNING if m % 2 else Kind.UNKNOWN) for m in range(1800)}
    filled(store, range(1800), kinds)
    assert store.summaries(1800, now_minute=1799)[ONE].expected_samples == 900
    filled(store, range(1800, 3600), {m: Minute(kind=Kind.NOT_RUNNING) for m in range(1800, 3600)})
    assert store.summaries(1800, now_minute=3599)[ONE].expected_samples == 180


def test_a_service_that_goes_leaves_its_column_clean() -> None:
    store = WindowStore(minutes=100, columns=1)
    store.keep([ONE])
    busy = Minute(cpu_millicores=5000, resident_bytes=MIB, query_bytes=0, kind=Kind.COMPLETE)
    filled(store, range(100), dict.fromkeys(range(100), busy))
    assert store.keep([TWO]) == [TWO]
    assert store.summaries(100, now_minute=99)[TWO].samples == 0
    assert store.keep([ONE, TWO]) == [ONE]
    assert len({*store.columns.values()}) == 2
