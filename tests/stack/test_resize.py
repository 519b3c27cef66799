"""Services change under load: no row lost or doubled, no query failed, no capacity given up."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from lightkube.resources.core_v1 import Pod

from control.warehouses.names import SERVICE_LABEL
from tests.stack.checkout import Checkout
from tests.stack.operating import (
    Capacity,
    MortalController,
    edit_service,
    own_controller,
    rids,
    settle,
)
from tests.stack.sql import NAMESPACE, cell, connect, password, replica_addresses, service_address
from tests.stack.traffic import CREATE, TABLE, Connection, Reader, Traffic, Writer
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(3600)

CHANGES_IN_EACH_LIFE = (4, 1, 7, 2, 12, 3)
"""And then it lives on: what it costs to start one is no part of what is tested."""
SMALL = {"gib": 8, "minGib": 8, "maxGib": 8}
LARGE = {"gib": 16, "minGib": 16, "maxGib": 16}
SERVICES = ("primary", "reports")
WITHIN_S = 300
ALL_AT_LAST_S = 60
VERSIONED = "clickhouse/clickhouse-server:26.9.1"


@pytest.fixture(scope="module")
def controller(
    stack: Checkout, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MortalController]:
    """Killed again and again, each time after another number of changes to the world."""
    lives = itertools.chain(CHANGES_IN_EACH_LIFE, itertools.repeat(0))
    log = tmp_path_factory.mktemp("controller") / "controller.log"
    with own_controller(stack, log, lives) as own:
        yield own


@pytest.fixture
def traffic(stack: Checkout, request: pytest.FixtureRequest) -> Iterator[Traffic]:
    """Writers at the primary, and a reader at each service."""
    connect(stack, service_address(stack, "primary")).command(CREATE)
    links = {name: (service_address(stack, name), password(stack)) for name in SERVICES}

    def to(name: str) -> Connection:
        address, secret = links[name]
        return Connection(address=lambda: address, password=secret)

    writers = [Writer(name=f"{request.node.name}-{n}", connection=to("primary")) for n in (1, 2)]
    readers = [Reader(name=f"reader of {name}", connection=to(name)) for name in SERVICES]
    with Traffic([*writers, *readers]) as load:
        yield load
    connect(stack, service_address(stack, "primary")).command(f"DROP TABLE {TABLE} SYNC")


def counted(stack: Checkout) -> set[tuple[int, int]]:
    """Rows, and different ones among them, on every replica of the warehouse."""
    found = set()
    for name in SERVICES:
        for address in replica_addresses(stack, name):
            client = connect(stack, address)
            rows = cell(client, f"SELECT (count(), uniqExact(writer, batch, n)) FROM {TABLE}")
            found.add((rows[0], rows[1]))
    return found


def nothing_was_lost(stack: Checkout, load: Traffic) -> None:
    load.stop()
    assert load.failures == []
    assert load.rows > 0
    wait_for(
        lambda: counted(stack) == {(load.rows, load.rows)},
        within_s=ALL_AT_LAST_S,
        what=f"{load.rows} rows once on every replica",
    )


def images(stack: Checkout, service: str) -> set[str]:
    pods = stack.kube().list(Pod, namespace=NAMESPACE, labels={SERVICE_LABEL: service})
    return {c.image or "" for pod in pods if pod.spec for c in pod.spec.containers}


def test_changes_cost_no_row_no_query_and_no_history(
    stack: Checkout, controller: MortalController, traffic: Traffic
) -> None:
    """Size and count; back again, with a change of mind on the way and in another version; and then
    the configuration."""
    before = rids(stack, "primary")
    old_hosts = replica_addresses(stack, "primary")
    primary = service_address(stack, "primary")
    with Capacity(stack, "primary") as growing:
        edit_service(stack, "primary", replicas=3, memory=LARGE)
        settle(stack, "primary", within_s=WITHIN_S)
    assert not rids(stack, "primary") & before
    assert len(rids(stack, "primary")) == 3
    logs = "clusterAllReplicas('default', system.query_log)"
    hosts = connect(stack, primary).query(f"SELECT DISTINCT hostname FROM {logs}").result_columns
    assert set(old_hosts) <= set(hosts[0])
    with Capacity(stack, "primary") as shrinking:
        edit_service(stack, "primary", replicas=2, memory=LARGE)
        edit_service(stack, "primary", replicas=2, memory=SMALL, image=VERSIONED)
        settle(stack, "primary", within_s=WITHIN_S)
    assert len(rids(stack, "primary")) == 2
    assert images(stack, "primary") == {VERSIONED}
    with Capacity(stack, "reports") as reading:
        edit_service(stack, "reports", restartToken="anew")
        settle(stack, "reports", within_s=WITHIN_S)
    nothing_was_lost(stack, traffic)
    assert controller.deaths == len(CHANGES_IN_EACH_LIFE)
    assert [min(each.serving) for each in (growing, shrinking, reading)] == [2, 2, 1]
    assert max(growing.present) <= 9
