"""A pool is one group of nodes, or one in each zone under an autoscaler."""

import itertools

import pytest

from components.aws.node_pool import (
    AmiType,
    Group,
    NodePool,
    PoolPurpose,
    Sizing,
    groups,
)
from components.aws.zonal_groups import group_name, shares, zonal_groups

POOL = NodePool(
    name="workload",
    purpose=PoolPurpose.WORKLOAD,
    ami_type=AmiType.ARM,
    instance_types=("m7g.xlarge",),
    zones=("us-east-1a", "us-east-1b", "us-east-1c"),
    min_nodes=4,
    desired_nodes=5,
    max_nodes=10,
    max_unavailable_percent=33,
    volume_gib=100,
)


def test_a_pool_that_nobody_sizes_is_one_group() -> None:
    (group,) = groups(POOL, Sizing.CONFIGURED, "us-east-1")
    assert group == Group(key="", zones=POOL.zones, min_nodes=4, desired_nodes=5, max_nodes=10)


def test_a_pool_under_an_autoscaler_is_a_group_in_each_zone() -> None:
    assert groups(POOL, Sizing.AUTOSCALED, "us-east-1") == (
        Group(key="a", zones=("us-east-1a",), min_nodes=2, desired_nodes=2, max_nodes=4),
        Group(key="b", zones=("us-east-1b",), min_nodes=1, desired_nodes=2, max_nodes=3),
        Group(key="c", zones=("us-east-1c",), min_nodes=1, desired_nodes=1, max_nodes=3),
    )


def test_shares_are_the_whole_and_even() -> None:
    for nodes, parts in itertools.product(range(60), range(1, 7)):
        found = shares(nodes, parts)
        assert (sum(found), len(found)) == (nodes, parts)
        assert max(found) - min(found) <= 1


def test_no_group_has_more_nodes_than_it_may_have() -> None:
    for low, high, parts in itertools.product(range(12), range(12), range(1, 5)):
        if low <= high:
            pairs = zip(shares(low, parts), shares(high, parts), strict=True)
            assert all(least <= most for least, most in pairs)


@pytest.mark.parametrize(
    ("zone", "key"),
    [("us-east-1a", "a"), ("us-east-1-bos-1a", "bos-1a"), ("use1-az4", "use1-az4")],
)
def test_a_group_is_told_by_its_zone(zone: str, key: str) -> None:
    assert zonal_groups((zone,), "us-east-1") == {key: (zone,)}


def test_names_of_groups() -> None:
    assert group_name("clickhouse-cloud-acme", "workload", "") == "clickhouse-cloud-acme-workload"
    assert group_name("c", "workload", "a") == "c-workload-a"
