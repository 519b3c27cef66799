"""Backups and restores by SQL on one replica."""

from collections.abc import Iterable, Mapping, Sequence

from control.controller.cluster import ClusterError, Login, Peer
from control.controller.sql_client import Sql, SqlError
from control.warehouses import backup_statements, statements
from control.warehouses.backup import Backup, Place, TableFigures
from control.warehouses.backup_decision import OnReplica, Progress
from control.warehouses.backup_figures import PartName, figures
from control.warehouses.restore import OperationState, Restore, RestoreStage

MOST_PARTS = 100_000
"""Above this a warehouse's parts are not asked for one by one, and its backups have no figures."""
LONGEST_ERROR = 500

OF_BACKUP = {
    "CREATING_BACKUP": OnReplica.WRITING,
    "BACKUP_CREATED": OnReplica.CREATED,
}
OF_RESTORE = {"RESTORING": OperationState.RUNNING, "RESTORED": OperationState.DONE}


class SqlBackups:
    def __init__(self, sql: Sql) -> None:
        self.sql = sql

    def databases(self, login: Login, peer: Peer) -> tuple[list[str], list[str]]:
        rows = self.sql.rows(login, peer.address, backup_statements.DATABASES)
        shared = [row["name"] for row in rows if row["replicated"]]
        return shared, [row["name"] for row in rows if not row["replicated"]]

    def send(self, login: Login, peer: Peer, backup: Backup, base_path: str) -> None:
        names = (*backup.databases, *backup.local_databases)
        disk = place_of(backup.name, backup.place).disk
        statement = backup_statements.backup(names, disk, backup.path, backup.id, base_path)
        self.sql.run(login, peer.address, statement)

    def progress(self, login: Login, peer: Peer, identity: str) -> Progress:
        try:
            rows = self.sql.rows(login, peer.address, backup_statements.operation(identity))
        except SqlError:
            return Progress(state=OnReplica.SILENT)
        if not rows:
            return Progress(state=OnReplica.UNKNOWN)
        row = rows[0]
        return Progress(
            state=OF_BACKUP.get(row["status"], OnReplica.FAILED),
            error=first_line(row["error"]) or row["status"],
            files_written=row["written"],
            files=row["files"],
            size_bytes=row["size"],
            total_bytes=row["total"],
        )

    def cancel(self, login: Login, peer: Peer, identity: str) -> None:
        self.sql.run(login, peer.address, backup_statements.cancel(identity))

    def figures(
        self, login: Login, peer: Peer, databases: Sequence[str], wanted: set[PartName] | None
    ) -> Sequence[TableFigures] | None:
        if not databases:
            return []
        counted = self.sql.rows(login, peer.address, backup_statements.count_parts(databases))
        if counted[0]["parts"] > MOST_PARTS:
            return None
        asked = backup_statements.parts(databases, active_only=wanted is None)
        return figures(self.sql.rows(login, peer.address, asked), wanted)

    def prepare(self, login: Login, peers: Iterable[Peer], databases: Mapping[str, str]) -> None:
        """Make the databases, each under an identity of its own, wherever people are served."""
        for peer in peers:
            for name, identity in databases.items():
                path = statements.keeper_path(name)
                statement = statements.create_database(name, identity, path)
                self.sql.run(login, peer.address, statement)

    def hold_merges(self, login: Login, peers: Iterable[Peer], *, held: bool) -> None:
        statement = backup_statements.STOP_MERGES if held else backup_statements.START_MERGES
        for peer in peers:
            self.sql.run(login, peer.address, statement)

    def send_restore(self, login: Login, peer: Peer, restore: Restore) -> None:
        only_structure = restore.stage is RestoreStage.STRUCTURE
        render = (
            backup_statements.restore_structure
            if only_structure
            else backup_statements.restore_data
        )
        names = (*restore.databases, *restore.local_databases)
        disk = place_of(restore.backup, restore.place).disk
        self.sql.run(login, peer.address, render(names, disk, restore.path, restore.id))

    def behind(
        self, login: Login, peers: Iterable[Peer], databases: Sequence[str]
    ) -> tuple[str, ...]:
        asked = backup_statements.behind(databases)
        counts = {peer.rid: self.sql.rows(login, peer.address, asked) for peer in peers}
        return tuple(sorted(rid for rid, rows in counts.items() if rows[0]["tables"]))

    def restoring(self, login: Login, peer: Peer, identity: str) -> tuple[OperationState, str]:
        try:
            rows = self.sql.rows(login, peer.address, backup_statements.operation(identity))
        except SqlError as error:
            return OperationState.SILENT, str(error)
        if not rows:
            return OperationState.UNKNOWN, ""
        state = OF_RESTORE.get(rows[0]["status"], OperationState.FAILED)
        return state, first_line(rows[0]["error"])


def place_of(name: str, place: Place | None) -> Place:
    if place is None:
        raise ClusterError(f"nothing is recorded of where {name} lies")
    return place


def first_line(error: str) -> str:
    """Without the addresses of the stack trace."""
    return error.partition(", Stack trace")[0].partition("\n")[0][:LONGEST_ERROR]
