# ruff: noqa: S608 - every name and value is quoted
"""The SQL that carries the system logs of a replica that leaves over to one that stays.

They go into the same tables of the other replica: each row tells by its `hostname` whose it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from control.warehouses.server_config import LOG_DAYS, SYSTEM_LOGS
from control.warehouses.statements import DEFAULT_DATABASE, identifier, literal

Columns = Mapping[str, Sequence[str]]
"""The columns of each log table."""

REMOTE_SETTINGS = {
    "skip_unavailable_shards": 1,
    "max_insert_threads": 1,
}
FLUSH = "SYSTEM FLUSH LOGS"
TELLING = frozenset(
    (
        *("hostname", "event_time", "event_time_microseconds", "timestamp_ns", "thread_id"),
        *("message", "query_id", "type", "event_type", "view_name", "table_uuid", "part_name"),
        *("code", "remote", "session_id", "auth_id", "id", "status"),
    )
)
"""Columns that tell one row of a log from another."""

CARRIED_LOGS = tuple(name for name in SYSTEM_LOGS if not name.endswith("metric_log"))
"""Metrics are kept by Prometheus, and their logs are as large as all others together."""

# What was logged before the server last began does not grow any more.
SELF = """
SELECT hostName() AS host, toUnixTimestamp(now()) - uptime() AS born FORMAT JSONEachRow
"""

COLUMNS = f"""
SELECT table, groupArray(name) AS names FROM system.columns
WHERE database = 'system' AND table IN ({", ".join(map(literal, CARRIED_LOGS))})
    AND default_kind NOT IN ('ALIAS', 'MATERIALIZED')
GROUP BY table ORDER BY table FORMAT JSONEachRow
"""


@dataclass(frozen=True, order=True, kw_only=True)
class Hour:
    """What one log has of one host in one hour."""

    table: str
    begin: int  # Unix time
    host: str


@dataclass(frozen=True, kw_only=True)
class Span:
    """Rows of one log that are copied by one statement: within [begin, end)."""

    table: str
    begin: int
    end: int


def holdings(columns: Columns, born: int) -> str:
    """Rows by log, hour and host, of the days that logs are kept and before `born`."""
    each = [
        f"SELECT {literal(table)} AS table, hostname AS host,"
        f" toUnixTimestamp(toStartOfHour({time_of(names)})) AS begin, count() AS rows"
        f" FROM system.{identifier(table)}"
        # Days that are about to expire are gone at any moment, here or there.
        f" WHERE event_date > today() - {LOG_DAYS} AND {time_of(names)} < toDateTime({born})"
        f" GROUP BY host, begin"
        for table, names in sorted(columns.items())
    ]
    return f"SELECT * FROM ({' UNION ALL '.join(each)}) FORMAT JSONEachRow"


def time_of(columns: Sequence[str]) -> str:
    """Some logs have microseconds only."""
    return "event_time" if "event_time" in columns else "event_time_microseconds"


def definition(table: str) -> str:
    return (
        "SELECT create_table_query AS statement FROM system.tables"
        f" WHERE database = 'system' AND name = {literal(table)} FORMAT JSONEachRow"
    )


def copy(span: Span, columns: Sequence[str], host: str) -> str:
    """Said to the replica that stays; rows that it has already are left out, so that a copy which
    was broken off may be said again."""
    names = ", ".join(map(identifier, columns))
    time = time_of(columns)
    within = (
        f"event_date >= toDate(toDateTime({span.begin})) AND {time} >= toDateTime({span.begin})"
        f" AND {time} < toDateTime({span.end})"
    )
    table = f"system.{identifier(span.table)}"
    row = f"sipHash128({', '.join(identifier(name) for name in columns if name in TELLING)})"
    return (
        f"INSERT INTO {table} ({names})"
        f" SELECT {names} FROM clusterAllReplicas('all_groups.{DEFAULT_DATABASE}', {table})"
        f" WHERE hostName() = {literal(host)} AND {within}"
        f" AND {row} GLOBAL NOT IN (SELECT {row} FROM {table} WHERE {within})"
    )


def missing_spans(
    leaving: Mapping[Hour, int], held: Mapping[Hour, int], born: int, rows_at_once: int
) -> list[Span]:
    """What is not held yet, in the order of time; neighbouring hours share a statement."""
    lacking: dict[tuple[str, int], int] = {}
    for hour, rows in sorted(leaving.items()):
        if held.get(hour, 0) < rows:
            place = (hour.table, hour.begin)
            lacking[place] = lacking.get(place, 0) + rows
    spans: list[Span] = []
    room = 0
    for (table, begin), rows in lacking.items():
        end = min(begin + 3600, born)
        if spans and spans[-1].table == table and rows <= room:
            spans[-1] = Span(table=table, begin=spans[-1].begin, end=end)
            room -= rows
        else:
            spans.append(Span(table=table, begin=begin, end=end))
            room = rows_at_once - rows
    return spans
