from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from control.scaling.idling import Activity, Awake, idle_timeout, stays_awake

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
QUIET = Activity(
    is_primary=True,
    is_read_only=False,
    secondaries=0,
    idling_enabled=True,
    idle_after=15 * MINUTE,
    last_start_took=2 * MINUTE,
    operation_in_flight=False,
    backup_running=False,
    held_connections=0,
    running_queries=0,
    last_query_at=NOW - 15 * MINUTE,
    parts=10_000,
    merges=0,
)
READ_ONLY = replace(QUIET, is_primary=False, is_read_only=True, parts=50_000, merges=3)
JUST_NOW = NOW - 14 * MINUTE - timedelta(seconds=59)

CASES = {
    "quiet for the whole timeout": (QUIET, None),
    "one second short": (replace(QUIET, last_query_at=JUST_NOW), Awake.RECENT_QUERY),
    "a read-only service ignores parts and merges": (READ_ONLY, None),
    "a read-only service waits as well": (
        replace(READ_ONLY, last_query_at=JUST_NOW),
        Awake.RECENT_QUERY,
    ),
    "one part too many": (replace(QUIET, parts=10_001), Awake.MANY_PARTS),
    "a merge runs": (replace(QUIET, merges=1), Awake.MERGES_RUNNING),
    "a backup runs": (replace(QUIET, backup_running=True), Awake.BACKUP_RUNNING),
    "a primary with a secondary": (replace(QUIET, secondaries=1), Awake.PRIMARY_OF_SECONDARIES),
    "a secondary with siblings": (replace(QUIET, is_primary=False, secondaries=1), None),
    "idling is off": (replace(QUIET, idling_enabled=False), Awake.IDLING_OFF),
    "a resize is under way": (replace(QUIET, operation_in_flight=True), Awake.OPERATION_IN_FLIGHT),
    "a connection is held": (replace(QUIET, held_connections=1), Awake.HELD_CONNECTIONS),
    "one long query": (replace(QUIET, running_queries=1), Awake.QUERIES_RUNNING),
    "queries are unknown": (replace(QUIET, running_queries=None), Awake.UNKNOWN),
    "parts are unknown": (replace(QUIET, parts=None), Awake.UNKNOWN),
    "a slow starter waits longer": (
        replace(QUIET, last_start_took=30 * MINUTE),
        Awake.RECENT_QUERY,
    ),
}


@pytest.mark.parametrize(("seen", "expected"), CASES.values(), ids=CASES.keys())
def test_reason_to_stay_awake(seen: Activity, expected: Awake | None) -> None:
    assert stays_awake(seen, NOW) is expected


def test_shared_storage_lets_a_primary_sleep() -> None:
    seen = replace(QUIET, secondaries=2)
    assert stays_awake(seen, NOW, primary_sleeps_alone=False) is None


@pytest.mark.parametrize(
    ("started_min", "configured_min", "expected_min"),
    [
        (14, 5, 5),
        (15, 5, 15),
        (29, 20, 20),
        (30, 5, 30),
        (59, 5, 30),
        (60, 5, 60),
        (90, 120, 120),
    ],
)
def test_timeout(started_min: int, configured_min: int, expected_min: int) -> None:
    assert idle_timeout(configured_min * MINUTE, started_min * MINUTE) == expected_min * MINUTE
