"""The SQL of falling asleep: what a replica was last asked, and what it still does by itself."""

from datetime import timedelta

QUIESCE = ("SYSTEM STOP MERGES", "SYSTEM STOP VIEWS")
RESUME = ("SYSTEM START MERGES", "SYSTEM START VIEWS")
FLUSH = "SYSTEM FLUSH LOGS"


# People's own queries: ours, the exporter's and the servers' among themselves do not count.
ACTIVITY = """
SELECT
    (SELECT if(count() = 0, NULL,
            dateDiff('millisecond', max(event_time_microseconds), now64(6)))
        FROM system.query_log
        WHERE event_date >= toDate(now() - @within) AND event_time >= now() - @within
            AND type != 'QueryStart' AND is_initial_query
            AND user NOT IN ('', 'byoc_operator') AND user NOT LIKE '\\_%') AS quiet_ms,
    (SELECT count() FROM system.parts WHERE active AND database != 'system') AS parts,
    (SELECT count() FROM system.merges WHERE database != 'system') AS merges,
    (SELECT countIf(NOT is_done AND latest_fail_reason = '') FROM system.mutations) AS mutations
FORMAT JSONEachRow
"""


def activity(within: timedelta) -> str:
    """Ages are taken by the replica's own clock; null where nobody asked anything within."""
    return ACTIVITY.replace("@within", f"INTERVAL {int(within.total_seconds())} SECOND")
