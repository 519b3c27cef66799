"""What `make up` left running answers SQL as a warehouse of two services should."""

from __future__ import annotations

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from tests.stack.checkout import Checkout
from tests.stack.sql import cell, connect, replica_addresses, service_address
from tests.waiting import wait_for

ROWS = 1000


@pytest.fixture(scope="module")
def written(stack: Checkout) -> str:
    """A table made and filled through one replica of the primary."""
    first = connect(stack, replica_addresses(stack, "primary")[0])
    first.command("CREATE TABLE IF NOT EXISTS written (n UInt64) ORDER BY n")
    first.command(f"INSERT INTO written SELECT number FROM numbers({ROWS})")
    return "written"


def test_each_service_has_its_replicas(stack: Checkout) -> None:
    assert len(replica_addresses(stack, "primary")) == 2
    assert len(replica_addresses(stack, "reports")) == 1


def test_rows_are_read_through_the_other_replica(stack: Checkout, written: str) -> None:
    other = connect(stack, replica_addresses(stack, "primary")[1])
    wait_for(
        lambda: cell(other, f"SELECT count() FROM {written}") == ROWS,
        within_s=30,
        what="all rows on the other replica",
    )


def test_the_read_only_service_sees_the_same_rows(stack: Checkout, written: str) -> None:
    reports = connect(stack, service_address(stack, "reports"))
    wait_for(
        lambda: cell(reports, f"SELECT sum(n) FROM {written}") == ROWS * (ROWS - 1) // 2,
        within_s=30,
        what="all rows on the read-only service",
    )


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO {table} VALUES (1)",
        "ALTER TABLE {table} DELETE WHERE n = 1",
        "ALTER TABLE {table} ADD COLUMN m UInt8",
        "CREATE TABLE another (n UInt8) ORDER BY n",
        "DROP TABLE {table}",
    ],
)
def test_the_read_only_service_refuses_to_change(
    stack: Checkout, written: str, statement: str
) -> None:
    reports = connect(stack, service_address(stack, "reports"))
    with pytest.raises(DatabaseError):
        reports.command(statement.format(table=written))
    primary = connect(stack, service_address(stack, "primary"))
    assert cell(primary, f"SELECT count() FROM {written}") == ROWS


def test_the_services_own_cluster_and_the_warehouse_s(stack: Checkout) -> None:
    primary = connect(stack, service_address(stack, "primary"))
    names = "SELECT uniqExact(hostName()) FROM clusterAllReplicas('{}', system.one)"
    own = cell(primary, "SELECT count() FROM system.clusters WHERE cluster = 'default'")
    whole = cell(
        primary, "SELECT count() FROM system.clusters WHERE cluster = 'all_groups.default'"
    )
    assert (own, whole) == (2, 3), names


@pytest.mark.parametrize("user", ["default", "byoc_operator"])
def test_nobody_enters_without_the_password(stack: Checkout, user: str) -> None:
    import clickhouse_connect

    for address in replica_addresses(stack, "primary"):
        with pytest.raises(DatabaseError, match=r"(?i)authentication|password"):
            clickhouse_connect.get_client(host=address, port=8123, username=user, password="wrong")
        with pytest.raises(DatabaseError, match=r"(?i)authentication|password"):
            clickhouse_connect.get_client(host=address, port=8123, username=user, password="")


def test_byoc_sql_answers(stack: Checkout, written: str) -> None:
    answer = stack.byoc("sql", "reports", f"SELECT count() FROM {written}").ok()
    assert answer.out.split() == [str(ROWS)]
    refused = stack.byoc("sql", "reports", f"INSERT INTO {written} VALUES (1)")
    assert refused.code == 1
    assert "Exception" in refused.err or "readonly" in refused.err.lower()


def test_byoc_status_tells_the_services(stack: Checkout) -> None:
    import json

    report = json.loads(stack.byoc("status", "--stack", "local", "--json").ok().out)
    services = {service["name"]: service for service in report["services"]}
    assert services["primary"]["phase"] == "Running"
    assert services["reports"]["phase"] == "Running"
