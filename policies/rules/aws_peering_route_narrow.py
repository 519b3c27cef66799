"""A route to a peer names its networks, never everything."""

from collections.abc import Iterator

from policies.cidrs import is_everything
from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Props, Rule, Severity
from policies.shapes import at


def check(props: Props) -> Iterator[str]:
    if "vpcPeeringConnectionId" not in set(props):
        return
    for key in ("destinationCidrBlock", "destinationIpv6CidrBlock"):
        cidr = at(props, key)
        if cidr and is_everything(cidr):
            yield f"It sends {cidr} to the peer."


RULE = Rule(
    name="aws-peering-route-narrow",
    severity=Severity.HIGH,
    summary="A route to a peer names its networks, never everything.",
    remedy="Set destination_cidr_block to a network of the peer.",
    resource_types=("aws:ec2/route:Route",),
    frameworks=(
        *NETWORK_BOUNDARY,
        "CIS AWS 3.0.0 5.5",
    ),
    check=check,
)
