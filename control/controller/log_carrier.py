"""Carries the system logs of a leaving replica over to one that stays, some at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from control.controller.cluster import Login, Peer
from control.controller.sql_client import Sql, SqlError
from control.warehouses import log_statements
from control.warehouses.log_statements import Columns, Hour, Span

ROWS_AT_ONCE = 500_000
STATEMENTS_AT_ONCE = 20
NEEDED = {"hostname", "event_date"}


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is still to be carried."""

    host: str
    columns: Columns
    spans: Sequence[Span]


@dataclass(frozen=True, kw_only=True)
class LogCarrier:
    sql: Sql

    def load(self, login: Login, leaver: Peer, taker: Peer) -> Load:
        """Compared row by row number: each hour of each host that the taker has less of."""
        about = self.sql.rows(login, leaver.address, log_statements.SELF)[0]
        born = int(about["born"])
        theirs = self.columns(login, leaver)
        ours = self.columns(login, taker)
        leaving = self.holdings(login, leaver, theirs, born)
        held = self.holdings(login, taker, ours, born)
        spans = log_statements.missing_spans(leaving, held, born, ROWS_AT_ONCE)
        return Load(host=about["host"], columns=theirs, spans=spans)

    def carry(self, login: Login, leaver: Peer, taker: Peer) -> None:
        """Some of the load; what remains is seen at the next look."""
        load = self.load(login, leaver, taker)
        wanted = {span.table for span in load.spans}
        ours = self.tables_made(login, leaver, taker, wanted)
        for span in load.spans[:STATEMENTS_AT_ONCE]:
            both = [name for name in load.columns[span.table] if name in ours[span.table]]
            statement = log_statements.copy(span, both, load.host)
            # A statement that we no longer wait for may still run: the name keeps it single.
            named = {"query_id": f"carry-{leaver.rid}-{span.table}-{span.begin}"}
            settings = log_statements.REMOTE_SETTINGS | named
            self.sql.run(login, taker.address, statement, settings)

    def tables_made(self, login: Login, leaver: Peer, taker: Peer, wanted: set[str]) -> Columns:
        """A server makes a log's table with its first row, or when it is told to flush."""
        ours = self.columns(login, taker)
        if wanted <= set(ours):
            return ours
        self.sql.run(login, taker.address, log_statements.FLUSH)
        for table in sorted(wanted - set(self.columns(login, taker))):
            found = self.sql.rows(login, leaver.address, log_statements.definition(table))
            if not found:
                raise SqlError(f"replica {leaver.rid} has no system.{table} any more")
            self.sql.run(login, taker.address, found[0]["statement"])
        return self.columns(login, taker)

    def columns(self, login: Login, peer: Peer) -> Columns:
        rows = self.sql.rows(login, peer.address, log_statements.COLUMNS)
        return {row["table"]: row["names"] for row in rows if set(row["names"]) >= NEEDED}

    def holdings(self, login: Login, peer: Peer, columns: Columns, born: int) -> Mapping[Hour, int]:
        if not columns:
            return {}
        rows = self.sql.rows(login, peer.address, log_statements.holdings(columns, born))
        return {
            Hour(table=row["table"], begin=row["begin"], host=row["host"]): row["rows"]
            for row in rows
        }
