"""The SQL that the controller says to replicas."""

import re
import uuid

from control.warehouses.model import Warehouse
from control.warehouses.server_config import AUTHENTICATION, SHARD

DEFAULT_DATABASE = "default"
NAMESPACE = uuid.UUID("5b1e0c52-6d0f-4d0e-9a53-1c6a2f0b7a11")

# People's own queries: ours, the exporter's and the servers' among themselves do not count.
PROBE = """
SELECT
    version() AS version,
    (SELECT groupArray((name, toString(uuid), engine_full)) FROM system.databases
        WHERE engine = 'Replicated') AS databases,
    (SELECT countIf(is_readonly) FROM system.replicas) AS readonly_tables,
    (SELECT countIf(is_session_expired) FROM system.replicas) AS expired_tables,
    (SELECT countIf(is_session_expired) FROM system.database_replicas) AS expired_databases,
    (SELECT max(absolute_delay) FROM system.replicas) AS delay_seconds,
    (SELECT sum(queue_size) FROM system.replicas) AS queue,
    (SELECT (countIf(is_initial_query AND of_people), countIf(NOT is_initial_query),
            maxIf(elapsed, of_people OR NOT is_initial_query))
        FROM (SELECT is_initial_query, elapsed,
            user NOT IN ('', 'byoc_operator') AND user NOT LIKE '\\_%' AS of_people
            FROM system.processes)) AS queries,
    (SELECT countIf(status IN ('CREATING_BACKUP', 'RESTORING')) FROM system.backups) AS backups
FORMAT JSONEachRow
"""

DATABASE_ENGINES = """
SELECT name, engine, toString(uuid) AS uuid, engine_full,
    (SELECT count() FROM system.tables WHERE database = 'default') AS default_tables
FROM system.databases FORMAT JSONEachRow
"""

HELD_PARTS = """
SELECT database, table, groupArray(name) AS names FROM system.parts
WHERE active AND startsWith(engine, 'Replicated') GROUP BY database, table FORMAT JSONEachRow
"""

# Data that no other replica can have: tables of people that are not replicated.
LOCAL_TABLES = """
SELECT database || '.' || name AS name FROM system.tables
WHERE database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA')
    AND NOT is_temporary AND total_rows > 0
    AND (engine LIKE '%MergeTree' OR engine LIKE '%Log')
    AND NOT startsWith(engine, 'Replicated') AND NOT startsWith(engine, 'Shared')
FORMAT JSONEachRow
"""


def database_uuid(warehouse: Warehouse, database: str) -> str:
    """The same on every replica of a warehouse, and another in a warehouse made anew."""
    return str(uuid.uuid5(NAMESPACE, f"{warehouse.uid}/{database}"))


def create_default(warehouse: Warehouse) -> str:
    path = keeper_path(DEFAULT_DATABASE)
    return create_database(DEFAULT_DATABASE, database_uuid(warehouse, DEFAULT_DATABASE), path)


def create_database(name: str, identity: str, path: str) -> str:
    return (
        f"CREATE DATABASE IF NOT EXISTS {identifier(name)} UUID {literal(identity)}"
        f" ENGINE = Replicated({literal(path)}, '{{shard}}', '{{replica}}')"
        f" SETTINGS collection_name = {literal(AUTHENTICATION)}"
    )


def keeper_path(database: str) -> str:
    return f"/clickhouse/databases/{database}"


def path_of(engine_full: str) -> str | None:
    """The Keeper path inside `Replicated('<path>', ...)`."""
    found = re.match(r"Replicated\('((?:[^'\\]|\\.)*)'", engine_full)
    return found[1].replace("\\'", "'").replace("\\\\", "\\") if found else None


def drop_database(name: str) -> str:
    """Of a Replicated database this takes away the copy of this one replica only."""
    return f"DROP DATABASE IF EXISTS {identifier(name)} SYNC"


def sync_database(name: str) -> str:
    return f"SYSTEM SYNC DATABASE REPLICA {identifier(name)}"


def registered_in(rid: str) -> str:
    """The databases in which a replica is still registered, as another replica sees it."""
    names = "SELECT DISTINCT replaceOne(cluster, 'all_groups.', '') AS name"
    here = f"FROM system.clusters WHERE database_replica_name = {literal(rid)}"
    return f"{names} {here} FORMAT JSONEachRow"


def drop_database_replica(name: str, rid: str) -> str:
    return (
        f"SYSTEM DROP DATABASE REPLICA {literal(full_replica_name(rid))}"
        f" FROM DATABASE {identifier(name)}"
    )


def drop_table_replicas(rid: str) -> str:
    return f"SYSTEM DROP REPLICA {literal(rid)}"


def full_replica_name(rid: str) -> str:
    return f"{SHARD}|{rid}"


def identifier(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
