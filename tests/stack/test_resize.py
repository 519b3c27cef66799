"""Services change under load: no row lost or doubled, no query failed, no capacity given up."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from lightkube.resources.core_v1 import Pod

from control.warehouses.names import SERVICE_LABEL
from tests.stack.checkout import Checkout
from tests.stack.load import drop_table, every_row_is_there_once, steady_load
from tests.stack.operating import (
    Capacity,
    MortalController,
    edit_service,
    own_controller,
    rids,
    settle,
)
from tests.stack.sql import NAMESPACE, connect, replica_addresses, service_address
from tests.stack.traffic import Traffic

pytestmark = pytest.mark.timeout(3600)

CHANGES_IN_EACH_LIFE = (4, 1, 7, 2, 12, 3)
"""And then it lives on: what it costs to start one is no part of what is tested."""
SMALL = {"gib": 8, "minGib": 8, "maxGib": 8}
LARGE = {"gib": 16, "minGib": 16, "maxGib": 16}
WITHIN_S = 300
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
    with steady_load(stack, request.node.name) as load:
        yield load
    drop_table(stack)


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
    every_row_is_there_once(stack, traffic)
    assert traffic.failures == []
    assert controller.deaths == len(CHANGES_IN_EACH_LIFE)
    assert [min(each.serving) for each in (growing, shrinking, reading)] == [2, 2, 1]
    assert max(growing.present) <= 9
