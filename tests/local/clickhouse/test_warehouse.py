"""Replicas of two services over one Keeper ensemble, as the controller makes them."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Mapping

import pytest

from control.controller.cluster import Login, Peer
from control.controller.databases import SqlDatabases
from control.controller.sql_client import HttpSql
from control.warehouses.log_statements import REMOTE_SETTINGS, copy
from tests.local.clickhouse.documents import DEFAULT_DATABASE
from tests.local.clickhouse.processes import OPERATOR_PASSWORD, QueryError, Server
from tests.waiting import wait_for

Warehouse = Mapping[str, Server]
SEEN_WITHIN_S = 20
EVERYWHERE = "ON CLUSTER 'all_groups.default'"
IMPATIENT = {"distributed_ddl_task_timeout": 0}
STRICT = {
    "distributed_ddl_task_timeout": 1,
    "distributed_ddl_output_mode": "throw",
    "wait_end_of_query": 1,
}


def operator(server: Server, statement: str) -> str:
    return server.query(statement, "byoc_operator", OPERATOR_PASSWORD)


def join(server: Server) -> None:
    operator(server, "DROP DATABASE default SYNC")
    operator(server, DEFAULT_DATABASE)
    operator(server, "SYSTEM SYNC DATABASE REPLICA default")


@pytest.fixture(scope="module")
def joined(warehouse: Warehouse) -> Warehouse:
    """The warehouse with the shared database on every replica, and a table of 1000 rows in it."""
    for rid in ("a", "b", "c"):
        join(warehouse[rid])
    warehouse["a"].query("CREATE TABLE events (n UInt64) ORDER BY n")
    warehouse["a"].query("INSERT INTO events SELECT number FROM numbers(1000)")
    for rid in ("b", "c"):
        seen(warehouse[rid], "SELECT count() FROM events", "1000")
    return warehouse


def seen(server: Server, statement: str, expected: str) -> None:
    """Wait for an answer; until then the table may be missing."""

    def look() -> bool:
        with contextlib.suppress(QueryError):
            return server.query(statement) == expected
        return False

    wait_for(look, within_s=SEEN_WITHIN_S, what=f"{server.rid}: {statement} is {expected}")


def test_tables_of_the_shared_database_are_replicated(joined: Warehouse) -> None:
    engine = "SELECT engine FROM system.tables WHERE database = 'default' AND name = 'events'"
    for rid in ("a", "b", "c"):
        assert joined[rid].query(engine) == "ReplicatedMergeTree"
        readonly = joined[rid].query("SELECT countIf(is_readonly) FROM system.replicas")
        assert readonly == "0"


def test_both_writers_write_and_all_read(joined: Warehouse) -> None:
    joined["a"].query("CREATE TABLE both (n UInt64) ORDER BY n")
    seen(joined["b"], "EXISTS TABLE both", "1")
    joined["a"].query("INSERT INTO both VALUES (1)")
    joined["b"].query("INSERT INTO both VALUES (2)")
    for rid in ("a", "b", "c"):
        seen(joined[rid], "SELECT groupArray(n) FROM (SELECT n FROM both ORDER BY n)", "[1,2]")


def test_the_read_only_service_refuses_writes(joined: Warehouse) -> None:
    reader = joined["c"]
    with pytest.raises(QueryError, match="QUERY_IS_PROHIBITED"):
        reader.query("INSERT INTO events VALUES (1)")
    with pytest.raises(QueryError, match="DDL queries are prohibited"):
        reader.query("CREATE TABLE mine (n UInt8) ORDER BY n")
    with pytest.raises(QueryError, match="Cannot modify 'allow_ddl'"):
        reader.query("CREATE TABLE mine (n UInt8) ORDER BY n", allow_ddl=1)


def test_a_service_has_its_own_cluster_and_the_warehouse_another(joined: Warehouse) -> None:
    a, b, c = (joined[rid].address for rid in ("a", "b", "c"))
    hosts = "SELECT arraySort(groupArray(hostName())) FROM clusterAllReplicas({}, system.one)"
    assert joined["a"].query(hosts.format("'default'")) == f"['{a}','{b}']"
    assert joined["c"].query(hosts.format("'default'")) == f"['{c}']"
    everybody = joined["c"].query(hosts.format("'all_groups.default'"))
    assert everybody == f"['{a}','{b}','{c}']"


def test_a_function_made_on_one_replica_works_on_the_others(joined: Warehouse) -> None:
    joined["a"].query("CREATE FUNCTION plus_seven AS n -> n + 7")
    seen(joined["c"], "SELECT plus_seven(1)", "8")


def test_a_statement_for_the_whole_warehouse_is_carried_out_everywhere(joined: Warehouse) -> None:
    joined["a"].query("CREATE DATABASE notes ON CLUSTER 'all_groups.default' ENGINE = Atomic")
    known = "SELECT count() FROM system.databases WHERE name = 'notes'"
    assert [joined[rid].query(known) for rid in ("a", "b", "c")] == ["1", "1", "1"]
    joined["b"].query("DROP DATABASE notes ON CLUSTER 'all_groups.default'")
    assert [joined[rid].query(known) for rid in ("a", "b", "c")] == ["0", "0", "0"]


def test_users_made_on_one_replica_are_everywhere(joined: Warehouse) -> None:
    a, b = joined["a"], joined["b"]
    a.query("CREATE ROLE reading")
    a.query("GRANT SELECT ON default.* TO reading")
    a.query("CREATE USER anna IDENTIFIED BY 'secret' DEFAULT ROLE reading")
    a.query("GRANT reading TO anna")

    def logs_in(server: Server, password: str) -> bool:
        with contextlib.suppress(QueryError):
            return server.query("SELECT count() FROM events", "anna", password) == "1000"
        return False

    wait_for(lambda: logs_in(b, "secret"), within_s=SEEN_WITHIN_S, what="anna reads on b")
    b.query("ALTER USER anna IDENTIFIED BY 'changed'")
    wait_for(lambda: logs_in(a, "changed"), within_s=SEEN_WITHIN_S, what="a has the new password")
    assert not logs_in(a, "secret")
    with pytest.raises(QueryError, match="Not enough privileges"):
        b.query("INSERT INTO events VALUES (1)", "anna", "changed")
    a.query("DROP USER anna")
    known = "SELECT count() FROM system.users WHERE name = 'anna'"
    seen(b, known, "0")


def test_a_replica_joins_with_all_data_and_leaves_without_a_trace(joined: Warehouse) -> None:
    spare = joined["spare"]
    spare.start()
    join(spare)
    seen(spare, "SELECT count() FROM events", "1000")
    assert spare.stop() == 0
    replicas = "SELECT count() FROM system.clusters WHERE cluster = 'all_groups.default'"

    def left() -> bool:
        """Refused as long as its Keeper session lives."""
        with contextlib.suppress(QueryError):
            operator(joined["a"], "SYSTEM DROP REPLICA 'spare'")
            operator(joined["a"], "SYSTEM DROP DATABASE REPLICA 's1|spare' FROM DATABASE default")
        return joined["a"].query(replicas) == "3"

    wait_for(left, within_s=SEEN_WITHIN_S, what="the spare replica is dropped")
    known = "SELECT total_replicas FROM system.replicas WHERE table = 'events'"
    assert joined["a"].query(known) == "3"


def test_the_logs_of_a_replica_that_leaves_are_carried_over_once(joined: Warehouse) -> None:
    a, b = joined["a"], joined["b"]
    a.query("SELECT 7919")
    finished = f"FROM system.query_log WHERE hostname = '{a.address}' AND type = 'QueryFinish'"
    remembered = f"SELECT count() {finished} AND startsWith(query, 'SELECT 7919')"

    def logged() -> bool:
        """An answer may be out before it is logged."""
        operator(a, "SYSTEM FLUSH LOGS")
        return operator(a, remembered) == "1"

    wait_for(logged, within_s=SEEN_WITHIN_S, what="the query in a's own log")
    assert a.stop() == 0
    a.start()
    login = Login(user="byoc_operator", password=OPERATOR_PASSWORD)
    leaver, taker = (Peer(rid=s.rid, service="main", address=s.address) for s in (a, b))
    databases = SqlDatabases(HttpSql())
    load = databases.carrier.load(login, leaver, taker)
    assert load.spans

    def carried() -> bool:
        databases.carry_logs(login, leaver, taker)
        return databases.logs_left(login, leaver, taker) == 0

    wait_for(carried, within_s=SEEN_WITHIN_S, what="a's logs on b")
    assert operator(b, remembered) == "1"
    for span in load.spans:
        again = copy(span, load.columns[span.table], load.host)
        databases.sql.run(login, b.address, again, REMOTE_SETTINGS)
    assert operator(b, remembered) == "1"


def test_a_killed_replica_catches_up(joined: Warehouse) -> None:
    joined["b"].signal(signal.SIGKILL)
    joined["b"].wait()
    joined["a"].query("CREATE TABLE later (n UInt64) ORDER BY n")
    joined["a"].query("INSERT INTO later VALUES (1)")
    joined["b"].start()
    seen(joined["b"], "SELECT count() FROM later", "1")
    seen(joined["b"], "SELECT countIf(is_readonly) FROM system.replicas", "0")
    joined["b"].query("INSERT INTO later VALUES (2)")
    seen(joined["a"], "SELECT count() FROM later", "2")


def count_of(server: Server, event: str) -> int:
    return int(operator(server, f"SELECT sum(value) FROM system.events WHERE event = '{event}'"))


def test_a_database_is_made_while_a_service_sleeps_and_is_there_when_it_wakes(
    joined: Warehouse,
) -> None:
    awake, asleep = joined["a"], joined["c"]
    assert asleep.stop() == 0
    awake.query(f"CREATE DATABASE at_once {EVERYWHERE} ENGINE = Atomic", **IMPATIENT)
    awake.query(f"CREATE DATABASE as_usual {EVERYWHERE} ENGINE = Atomic")
    with pytest.raises(QueryError, match="TIMEOUT_EXCEEDED"):
        awake.query(f"CREATE DATABASE strictly {EVERYWHERE} ENGINE = Atomic", **STRICT)
    made = "name IN ('at_once', 'as_usual', 'strictly')"
    seen(joined["b"], f"SELECT count() FROM system.databases WHERE {made}", "3")
    asleep.start()
    seen(asleep, f"SELECT count() FROM system.databases WHERE {made}", "3")
    for name in ("at_once", "as_usual", "strictly"):
        awake.query(f"DROP DATABASE {name} {EVERYWHERE}")


def test_a_table_made_meanwhile_has_its_rows_when_the_service_wakes(joined: Warehouse) -> None:
    awake, asleep = joined["a"], joined["c"]
    assert asleep.stop() == 0
    awake.query("CREATE TABLE meanwhile (n UInt64) ORDER BY n")
    awake.query("INSERT INTO meanwhile SELECT number FROM numbers(10)")
    asleep.start()
    seen(asleep, "SELECT count() FROM meanwhile", "10")


def test_a_read_only_service_takes_merged_parts_and_merges_none(
    joined: Warehouse,
) -> None:
    writer, reader = joined["a"], joined["c"]
    writer.query("CREATE TABLE merged (n UInt64) ORDER BY n")
    for n in range(5):
        writer.query(f"INSERT INTO merged VALUES ({n})")
    writer.query("OPTIMIZE TABLE merged FINAL SETTINGS alter_sync = 2")
    active = "SELECT count() FROM system.parts WHERE active AND table = 'merged'"
    for rid in ("a", "b", "c"):
        seen(joined[rid], active, "1")
    seen(reader, "SELECT count() FROM merged", "5")
    assert count_of(writer, "ReplicatedPartMerges") > 0
    assert count_of(reader, "ReplicatedPartMerges") == 0
    assert count_of(reader, "ReplicatedPartFetchesOfMerged") > 0
