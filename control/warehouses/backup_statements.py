"""The SQL by which replicas back up and restore. Disks are configured: no credentials pass here."""

from collections.abc import Iterable, Sequence

from control.warehouses.statements import identifier, literal

ACCESS_TABLES = ("users", "roles", "settings_profiles", "row_policies", "quotas", "functions")
"""Users, grants and functions made by SQL: they belong to the warehouse as its tables do."""

# External databases hold no data of ours; the engine's own ones are made by every server.
DATABASES = """
SELECT name, engine = 'Replicated' AS replicated FROM system.databases
WHERE engine IN ('Replicated', 'Atomic', 'Ordinary') AND name != 'system'
ORDER BY name FORMAT JSONEachRow
"""


OPERATION = """
SELECT toString(status) AS status, error, num_files AS files, total_size AS total,
    compressed_size AS size, ProfileEvents['S3PutObject'] + ProfileEvents['S3CopyObject']
        + ProfileEvents['S3CompleteMultipartUpload'] AS written
FROM system.backups"""

PARTS = """
SELECT database, table, name, rows, bytes_on_disk AS bytes, hash_of_all_files AS hash
FROM system.parts"""

QUERY = "SELECT query_id FROM system.backups"
COUNT_PARTS = "SELECT count() AS parts FROM system.parts"
COUNT_BEHIND = """
SELECT count() AS tables FROM system.replicas
WHERE (is_readonly OR log_pointer <= log_max_index OR inserts_in_queue > 0)"""
JSON = "FORMAT JSONEachRow"
SELF_CONTAINED = "decrypt_files_from_encrypted_disks = 1"
"""A backup needs no data key of its warehouse: it is what is left when those are lost."""


def operation(identity: str) -> str:
    """How far a backup or restore is; no row when the server does not know of it."""
    return f"{OPERATION} WHERE id = {literal(identity)} {JSON}"


def backup(
    databases: Iterable[str], disk: str, path: str, identity: str, base_path: str = ""
) -> str:
    base = f", base_backup = {on_disk(disk, base_path)}" if base_path else ""
    return (
        f"BACKUP {elements(databases, ACCESS_TABLES)} TO {on_disk(disk, path)}"
        f" SETTINGS id = {literal(identity)}, {SELF_CONTAINED}{base} ASYNC"
    )


def restore_structure(databases: Iterable[str], disk: str, path: str, identity: str) -> str:
    return (
        f"RESTORE {elements(databases)} FROM {on_disk(disk, path)} SETTINGS"
        f" id = {literal(identity)}, structure_only = 1, allow_different_database_def = 1 ASYNC"
    )


def restore_data(databases: Iterable[str], disk: str, path: str, identity: str) -> str:
    """Tables are there and empty; one that is not is refused by the server."""
    return (
        f"RESTORE {elements(databases, ACCESS_TABLES)} FROM {on_disk(disk, path)} SETTINGS"
        f" id = {literal(identity)}, allow_different_database_def = 1 ASYNC"
    )


def elements(databases: Iterable[str], access: Sequence[str] = ()) -> str:
    named = [f"DATABASE {identifier(name)}" for name in databases]
    return ", ".join([*named, *(f"TABLE system.{name}" for name in access)])


def on_disk(disk: str, path: str) -> str:
    return f"Disk({literal(disk)}, {literal(path)})"


def cancel(identity: str) -> str:
    return f"KILL QUERY WHERE query_id IN ({QUERY} WHERE id = {literal(identity)}) ASYNC"


def count_parts(databases: Iterable[str]) -> str:
    return f"{COUNT_PARTS} WHERE {among(databases)} {JSON}"


def parts(databases: Iterable[str], *, active_only: bool) -> str:
    """A part that was merged away meanwhile is still listed for some minutes."""
    active = "active AND " if active_only else ""
    return f"{PARTS} WHERE {active}{among(databases)} {JSON}"


def among(databases: Iterable[str]) -> str:
    return f"database IN ({', '.join(literal(name) for name in databases)})"


def behind(databases: Iterable[str]) -> str:
    """Tables of which this replica has not read the log to its end, or has parts to fetch."""
    return f"{COUNT_BEHIND} AND {among(databases)} {JSON}"


STOP_MERGES, START_MERGES = "SYSTEM STOP MERGES", "SYSTEM START MERGES"
