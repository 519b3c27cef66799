"""Whether a service may fall asleep now. Waking needs no decision: a client is enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MAX_PARTS_ASLEEP = 10_000
ADAPTIVE_TIMEOUTS = (
    (timedelta(minutes=15), timedelta(0)),
    (timedelta(minutes=30), timedelta(minutes=15)),
    (timedelta(minutes=60), timedelta(minutes=30)),
)
"""(the last start took less than, wait at least)."""
LONGEST_ADAPTIVE_TIMEOUT = timedelta(minutes=60)


class Awake(StrEnum):
    """Why a service stays awake; `None` in its place means that it may sleep."""

    IDLING_OFF = "IdlingOff"
    PRIMARY_OF_SECONDARIES = "PrimaryOfSecondaries"
    OPERATION_IN_FLIGHT = "OperationInFlight"
    BACKUP_RUNNING = "BackupRunning"
    HELD_CONNECTIONS = "HeldConnections"
    QUERIES_RUNNING = "QueriesRunning"
    RECENT_QUERY = "RecentQuery"
    MANY_PARTS = "ManyParts"
    MERGES_RUNNING = "MergesRunning"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, kw_only=True)
class Activity:
    """What a service does now. Queries are people's own: the operator, probes and exporters do not
    count.

    `merges` counts merges and mutations on this service's replicas, also for other services.
    None means that it could not be found out.
    """

    is_primary: bool
    is_read_only: bool
    secondaries: int
    idling_enabled: bool
    idle_after: timedelta
    last_start_took: timedelta
    operation_in_flight: bool
    backup_running: bool
    held_connections: int
    running_queries: int | None
    last_query_at: datetime | None
    parts: int | None
    merges: int | None
    asked_to_sleep_at: datetime | None = None
    """A person wants it asleep without the timeout; a query since then takes that back."""


def stays_awake(
    seen: Activity, now: datetime, *, primary_sleeps_alone: bool = True
) -> Awake | None:
    """Name the first reason against sleep, or None.

    `primary_sleeps_alone`: replicas fetch parts from a live peer, so a primary with secondaries
    stays up; only shared storage may relax this.
    """
    if not seen.idling_enabled:
        return Awake.IDLING_OFF
    if primary_sleeps_alone and seen.is_primary and seen.secondaries:
        return Awake.PRIMARY_OF_SECONDARIES
    if seen.operation_in_flight:
        return Awake.OPERATION_IN_FLIGHT
    if seen.backup_running:
        return Awake.BACKUP_RUNNING
    if seen.held_connections:
        return Awake.HELD_CONNECTIONS
    if seen.running_queries is None or seen.last_query_at is None:
        return Awake.UNKNOWN
    if seen.running_queries:
        return Awake.QUERIES_RUNNING
    if not quiet_for_long(seen.last_query_at, seen, now):
        return Awake.RECENT_QUERY
    return None if seen.is_read_only else busy_in_background(seen)


def quiet_for_long(last_query_at: datetime, seen: Activity, now: datetime) -> bool:
    if seen.asked_to_sleep_at is not None and last_query_at <= seen.asked_to_sleep_at:
        return True
    return now - last_query_at >= idle_timeout(seen.idle_after, seen.last_start_took)


def busy_in_background(seen: Activity) -> Awake | None:
    """Read-write services finish merges first, and never sleep on many parts."""
    if seen.parts is None or seen.merges is None:
        return Awake.UNKNOWN
    if seen.parts > MAX_PARTS_ASLEEP:
        return Awake.MANY_PARTS
    return Awake.MERGES_RUNNING if seen.merges else None


def idle_timeout(configured: timedelta, last_start_took: timedelta) -> timedelta:
    """The slower a service starts, the longer it waits; never less than configured."""
    for shorter_than, at_least in ADAPTIVE_TIMEOUTS:
        if last_start_took < shorter_than:
            return max(configured, at_least)
    return max(configured, LONGEST_ADAPTIVE_TIMEOUT)
