"""Which addresses of the VPC belong to which subnet: arithmetic alone.

The network is cut into eight blocks. The first six are the private subnets of up to six zones,
where nodes and pods live; the seventh is cut into eight again, for the public subnets, which hold
NAT gateways and load balancers alone; the eighth begins with a /28 for each zone's attachment to a
hub, and the rest of it is kept for what comes later. A zone's blocks follow from its place in the
list, so that a zone added at the end moves nothing.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network

BLOCK_BITS = 3
MOST_ZONES = 6
PUBLIC_BLOCK, LAST_BLOCK = 6, 7
SMALLEST_PREFIX = 28
"""AWS makes no subnet smaller than this."""


@dataclass(frozen=True, kw_only=True)
class ZoneSubnets:
    zone: str
    private: IPv4Network
    public: IPv4Network
    attachment: IPv4Network


@dataclass(frozen=True, kw_only=True)
class SubnetLayout:
    zones: tuple[ZoneSubnets, ...]
    spare: tuple[IPv4Network, ...]
    """Addresses that no subnet has: with the subnets, all of the network and nothing twice."""


def lay_out(network: IPv4Network, zones: tuple[str, ...]) -> SubnetLayout:
    if len(zones) > MOST_ZONES:
        raise ValueError(f"{len(zones)} zones; there is room for {MOST_ZONES}")
    if network.prefixlen + 2 * BLOCK_BITS > SMALLEST_PREFIX:
        raise ValueError(f"{network} is too small for subnets of /{SMALLEST_PREFIX}")
    blocks = list(network.subnets(prefixlen_diff=BLOCK_BITS))
    public = list(blocks[PUBLIC_BLOCK].subnets(prefixlen_diff=BLOCK_BITS))
    kept = next(blocks[LAST_BLOCK].subnets(new_prefix=SMALLEST_PREFIX - BLOCK_BITS))
    attachments = list(kept.subnets(new_prefix=SMALLEST_PREFIX))
    return SubnetLayout(
        zones=tuple(
            ZoneSubnets(
                zone=zone,
                private=blocks[index],
                public=public[index],
                attachment=attachments[index],
            )
            for index, zone in enumerate(zones)
        ),
        spare=(
            *blocks[len(zones) : PUBLIC_BLOCK],
            *public[len(zones) :],
            *attachments[len(zones) :],
            *blocks[LAST_BLOCK].address_exclude(kept),
        ),
    )
