"""What replicas are asked and told by SQL: state, joining, leaving, and proof before removal."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from control.controller.activity import quiesce_replica, replica_activity, resume_replica
from control.controller.cluster import Login, Peer, ReplicaActivity
from control.controller.log_carrier import LogCarrier
from control.controller.sql_client import Row, Sql, SqlError
from control.scaling.replica_seen import Probe
from control.warehouses import statements
from control.warehouses.model import Warehouse
from control.warehouses.parts import uncovered
from control.warehouses.statements import DEFAULT_DATABASE

PartsByTable = Mapping[tuple[str, str], Sequence[str]]

NO_DROP_LIMIT = {"max_table_size_to_drop": 0, "max_partition_size_to_drop": 0}
SHOWN = 3


class SqlDatabases:
    def __init__(self, sql: Sql) -> None:
        self.sql = sql
        self.carrier = LogCarrier(sql=sql)

    def forget(self, peer: Peer) -> None:
        """Nothing is remembered."""

    def probe(
        self, login: Login, warehouse: Warehouse, peer: Peer, reference: Sequence[str]
    ) -> Probe | None:
        try:
            row = self.sql.rows(login, peer.address, statements.PROBE)[0]
        except SqlError:
            return None
        identity = statements.database_uuid(warehouse, DEFAULT_DATABASE)
        mine = {name: found for name, found, _ in row["databases"]}
        user_queries, sub_queries, oldest_s = row["queries"]
        return Probe(
            joined=mine.get(DEFAULT_DATABASE) == identity,
            lacks=tuple(sorted(set(reference) - set(mine))),
            readonly_tables=row["readonly_tables"],
            delay=timedelta(seconds=row["delay_seconds"]),
            queue=row["queue"],
            user_queries=user_queries,
            sub_queries=sub_queries,
            oldest_query=timedelta(seconds=oldest_s),
            backups=row["backups"],
            keeper_lost=row["expired_tables"] + row["expired_databases"] > 0,
            version=row["version"],
        )

    def names(self, login: Login, peer: Peer) -> Sequence[str]:
        rows = self.engines(login, peer)
        return [row["name"] for row in rows if row["engine"] == "Replicated"]

    def engines(self, login: Login, peer: Peer) -> list[Row]:
        return self.sql.rows(login, peer.address, statements.DATABASE_ENGINES)

    def join(self, login: Login, warehouse: Warehouse, peer: Peer, others: Sequence[Peer]) -> None:
        """Create the warehouse's databases on a replica, and wait until their tables are there."""
        own = {row["name"]: row for row in self.engines(login, peer)}
        self.make_way(login, peer, own.get(DEFAULT_DATABASE))
        self.sql.run(login, peer.address, statements.create_default(warehouse))
        for row in self.replicated(login, others):
            path = statements.path_of(row["engine_full"])
            if row["name"] not in own and row["name"] != DEFAULT_DATABASE and path:
                statement = statements.create_database(row["name"], row["uuid"], path)
                self.sql.run(login, peer.address, statement)
        for name in self.names(login, peer):
            self.sql.run(login, peer.address, statements.sync_database(name))

    def make_way(self, login: Login, peer: Peer, found: Row | None) -> None:
        """A server makes an ordinary `default` of its own when it first starts."""
        if found is None or found["engine"] == "Replicated":
            return
        if found["default_tables"]:
            raise SqlError(
                f"replica {peer.rid} has tables in a database `default` of engine"
                f" {found['engine']}: move them away, it must be the warehouse's"
            )
        self.sql.run(login, peer.address, statements.drop_database(DEFAULT_DATABASE))

    def replicated(self, login: Login, others: Sequence[Peer]) -> list[Row]:
        """The databases that some other replica has, each once."""
        found: dict[str, Row] = {}
        for other in others:
            with suppress(SqlError):
                for row in self.engines(login, other):
                    if row["engine"] == "Replicated":
                        found.setdefault(row["name"], row)
        return list(found.values())

    def leave(self, login: Login, peer: Peer) -> None:
        """Give up this replica's own copies; the default database goes last, as a mark of all."""
        names = sorted(self.names(login, peer), key=lambda name: name == DEFAULT_DATABASE)
        for name in names:
            self.sql.run(login, peer.address, statements.drop_database(name), NO_DROP_LIMIT)

    def evict(self, login: Login, rid: str, survivors: Sequence[Peer]) -> None:
        """Take what is left of a stopped replica out of Keeper."""
        errors = []
        for survivor in survivors:
            try:
                self.evict_by(login, rid, survivor)
            except SqlError as error:
                errors.append(str(error))
                continue
            return
        raise SqlError(f"no replica could take {rid} out of Keeper: {errors or 'none serves'}")

    def evict_by(self, login: Login, rid: str, survivor: Peer) -> None:
        self.sql.run(login, survivor.address, statements.drop_table_replicas(rid))
        for row in self.sql.rows(login, survivor.address, statements.registered_in(rid)):
            statement = statements.drop_database_replica(row["name"], rid)
            self.sql.run(login, survivor.address, statement)

    def logs_left(self, login: Login, leaver: Peer, taker: Peer) -> int:
        return len(self.carrier.load(login, leaver, taker).spans)

    def carry_logs(self, login: Login, leaver: Peer, taker: Peer) -> None:
        self.carrier.carry(login, leaver, taker)

    def hold_all(
        self, login: Login, rid: str, leaver: Peer | None, survivors: Sequence[Peer]
    ) -> tuple[bool, str]:
        """Whether some other replica holds every part of this one; if not, what is missing."""
        if leaver is None:
            return False, "it does not answer: what only it holds cannot be told"
        try:
            local = self.sql.rows(login, leaver.address, statements.LOCAL_TABLES)
            leaving = self.parts(login, leaver)
        except SqlError as error:
            return False, str(error)
        if local:
            names = ", ".join(row["name"] for row in local[:SHOWN])
            return False, f"tables that are not replicated: {names}"
        missing = "no other replica serves"
        for survivor in survivors:
            try:
                lacking = uncovered_parts(leaving, self.parts(login, survivor))
            except SqlError as error:
                missing = str(error)
                continue
            if not lacking:
                return True, ""
            missing = f"replica {survivor.rid} lacks parts: {', '.join(lacking[:SHOWN])}"
        return False, missing

    def activity(self, login: Login, peer: Peer, within: timedelta) -> ReplicaActivity | None:
        try:
            return replica_activity(self.sql, login, peer, within)
        except SqlError:
            return None

    def quiesce(self, login: Login, peer: Peer) -> None:
        quiesce_replica(self.sql, login, peer)

    def resume(self, login: Login, peer: Peer) -> None:
        resume_replica(self.sql, login, peer)

    def parts(self, login: Login, peer: Peer) -> PartsByTable:
        rows = self.sql.rows(login, peer.address, statements.HELD_PARTS)
        return {(row["database"], row["table"]): row["names"] for row in rows}


def uncovered_parts(leaving: PartsByTable, held: PartsByTable) -> list[str]:
    return [
        f"{database}.{table} {part}"
        for (database, table), parts in leaving.items()
        for part in uncovered(parts, held.get((database, table), ()))
    ]
