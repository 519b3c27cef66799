"""Subnets never overlap, never leave the network, and stay where they are."""

from ipaddress import IPv4Network, collapse_addresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.aws.subnet_layout import MOST_ZONES, SubnetLayout, lay_out

ZONES = tuple(f"us-east-1{letter}" for letter in "abcdef")
AWS_RESERVED_ADDRESSES = 5
NODES_OF_A_SMALL_ZONE, PODS_OF_A_NODE = 4, 25

networks = st.builds(
    lambda prefix, offset: IPv4Network((int(IPv4Network("10.0.0.0/8")[0]) + (offset << 10), 32))
    .supernet(new_prefix=prefix),
    st.integers(16, 22),
    st.integers(0, 2**14 - 1),
)  # fmt: skip
counts = st.integers(3, MOST_ZONES)


def subnets(layout: SubnetLayout) -> list[IPv4Network]:
    return [
        network for zone in layout.zones for network in (zone.private, zone.public, zone.attachment)
    ]


@given(networks, counts)
def test_subnets_and_spare_addresses_are_the_network_without_gap_or_overlap(
    network: IPv4Network, zones: int
) -> None:
    layout = lay_out(network, ZONES[:zones])
    parts = [*subnets(layout), *layout.spare]
    assert list(collapse_addresses(parts)) == [network]
    assert sum(part.num_addresses for part in parts) == network.num_addresses


@given(networks, counts)
def test_a_zone_added_at_the_end_moves_nothing(network: IPv4Network, zones: int) -> None:
    before = lay_out(network, ZONES[: zones - 1]).zones
    assert lay_out(network, ZONES[:zones]).zones[: zones - 1] == before


@given(networks, counts)
def test_pods_have_more_room_than_load_balancers(network: IPv4Network, zones: int) -> None:
    for zone in lay_out(network, ZONES[:zones]).zones:
        assert zone.private.num_addresses == network.num_addresses // 8
        assert zone.public.prefixlen <= 28
        assert zone.public.num_addresses - AWS_RESERVED_ADDRESSES >= 8


@given(networks, counts)
def test_each_zone_has_room_for_nodes_with_all_their_pods(network: IPv4Network, zones: int) -> None:
    for zone in lay_out(network, ZONES[:zones]).zones:
        room = zone.private.num_addresses - AWS_RESERVED_ADDRESSES
        assert room >= NODES_OF_A_SMALL_ZONE * (1 + PODS_OF_A_NODE)


@given(networks, counts)
def test_a_hub_has_an_address_in_each_zone_and_little_more(
    network: IPv4Network, zones: int
) -> None:
    for zone in lay_out(network, ZONES[:zones]).zones:
        assert zone.attachment.prefixlen == 28


@given(networks, counts, st.permutations(ZONES))
def test_what_a_zone_is_called_changes_no_address(
    network: IPv4Network, zones: int, names: list[str]
) -> None:
    """An account that calls use1-az1 us-east-1c has the same subnets as one that does not."""
    before = subnets(lay_out(network, ZONES[:zones]))
    assert subnets(lay_out(network, tuple(names[:zones]))) == before


def test_the_layout_of_the_default_network() -> None:
    first, *_ = lay_out(IPv4Network("10.0.0.0/16"), ZONES[:3]).zones
    assert (str(first.private), str(first.public), str(first.attachment)) == (
        "10.0.0.0/19", "10.0.192.0/22", "10.0.224.0/28",
    )  # fmt: skip


@pytest.mark.parametrize(("cidr", "zones"), [("10.0.0.0/23", 3), ("10.0.0.0/16", 7)])
def test_what_does_not_fit_is_refused(cidr: str, zones: int) -> None:
    with pytest.raises(ValueError, match=r"too small|room for"):
        lay_out(IPv4Network(cidr), tuple(map(str, range(zones))))
