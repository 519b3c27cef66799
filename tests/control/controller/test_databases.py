import pytest

from control.controller.cluster import Login, Peer
from control.controller.databases import SqlDatabases
from control.controller.sql_client import SqlError
from control.warehouses.statements import database_uuid
from tests.control.controller.memory_sql import MemoryReplica, MemorySql
from tests.control.warehouses.samples import LAKE

LOGIN = Login(user="byoc_operator", password="secret")
A, B, C = (Peer(rid=rid, service="main", address=f"10.0.0.{rid}") for rid in "abc")


@pytest.fixture
def sql() -> MemorySql:
    return MemorySql({peer.address: MemoryReplica(peer.rid) for peer in (A, B, C)})


@pytest.fixture
def databases(sql: MemorySql) -> SqlDatabases:
    made = SqlDatabases(sql)
    made.join(LOGIN, LAKE, A, [])
    made.join(LOGIN, LAKE, B, [A])
    sql.said.clear()
    return made


def test_joining_makes_the_warehouses_default_database(
    sql: MemorySql, databases: SqlDatabases
) -> None:
    databases.join(LOGIN, LAKE, C, [A, B])
    one = sql.replicas[C.address]
    assert one.engines["default"].startswith("Replicated('/clickhouse/databases/default'")
    assert one.uuids["default"] == database_uuid(LAKE, "default")
    assert [statement.split()[0] for _, statement in sql.said] == ["DROP", "CREATE", "SYSTEM"]


def test_joining_twice_drops_nothing(sql: MemorySql, databases: SqlDatabases) -> None:
    databases.join(LOGIN, LAKE, B, [A])
    assert not any(statement.startswith("DROP") for _, statement in sql.said)


def test_joining_brings_the_databases_of_every_other_replica(
    sql: MemorySql, databases: SqlDatabases
) -> None:
    sql.replicas[A.address].engines["sales"] = "Replicated('/db/sales', '{shard}', '{replica}')"
    sql.replicas[A.address].uuids["sales"] = "u-sales"
    sql.replicas[A.address].engines["scratch"] = "Atomic"
    databases.join(LOGIN, LAKE, C, [B, A])
    one = sql.replicas[C.address]
    assert (one.engines["sales"], one.uuids["sales"]) == (
        "Replicated('/db/sales', '{shard}', '{replica}')",
        "u-sales",
    )
    assert "scratch" not in one.engines


def test_tables_in_an_ordinary_default_database_are_not_dropped(
    sql: MemorySql, databases: SqlDatabases
) -> None:
    sql.replicas[C.address].default_tables = 2
    with pytest.raises(SqlError, match="replica c has tables in a database `default`"):
        databases.join(LOGIN, LAKE, C, [A])
    assert sql.said == []


def test_leaving_gives_up_every_copy_and_the_default_database_last(
    sql: MemorySql, databases: SqlDatabases
) -> None:
    sql.replicas[B.address].engines["sales"] = "Replicated('/db/sales', '{shard}', '{replica}')"
    databases.leave(LOGIN, B)
    assert [statement for _, statement in sql.said] == [
        "DROP DATABASE IF EXISTS `sales` SYNC",
        "DROP DATABASE IF EXISTS `default` SYNC",
    ]


def test_evicting_asks_the_next_replica_when_one_is_silent(
    sql: MemorySql, databases: SqlDatabases
) -> None:
    sql.replicas[A.address].answers = False
    sql.registered.add(("default", "c"))
    databases.evict(LOGIN, "c", [A, B])
    assert ("default", "c") not in sql.registered
    assert {rid for rid, _ in sql.said} == {"b"}


def test_evicting_what_is_not_registered_drops_no_database_replica(
    sql: MemorySql, databases: SqlDatabases
) -> None:
    databases.evict(LOGIN, "zz", [A])
    assert sql.said == [("a", "SYSTEM DROP REPLICA 'zz'")]


def test_evicting_without_survivors_is_an_error(databases: SqlDatabases) -> None:
    with pytest.raises(SqlError, match="none serves"):
        databases.evict(LOGIN, "c", [])


def test_proof_needs_one_survivor_with_every_part(sql: MemorySql, databases: SqlDatabases) -> None:
    sql.replicas[B.address].parts = {"t": ["all_1_1_0", "all_2_2_0"]}
    sql.replicas[A.address].parts = {"t": ["all_1_1_0"]}
    held, missing = databases.hold_all(LOGIN, "b", B, [A])
    assert not held
    assert missing == "replica a lacks parts: default.t all_2_2_0"
    sql.replicas[C.address].parts = {"t": ["all_0_5_1"]}
    assert databases.hold_all(LOGIN, "b", B, [A, C]) == (True, "")


def test_there_is_no_proof_for_what_cannot_be_asked(
    sql: MemorySql, databases: SqlDatabases
) -> None:
    assert not databases.hold_all(LOGIN, "b", None, [A])[0]
    assert databases.hold_all(LOGIN, "b", B, []) == (False, "no other replica serves")
    sql.replicas[B.address].local_tables = ["scratch.notes"]
    held, missing = databases.hold_all(LOGIN, "b", B, [A])
    assert (held, missing) == (False, "tables that are not replicated: scratch.notes")
