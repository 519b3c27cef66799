"""A VPC of the customer's, instead of one that the deployment makes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from infra.config.section import Finding, Section, matching

if TYPE_CHECKING:
    from infra.config.stack import StackConfig

VpcId = Annotated[
    str,
    AfterValidator(
        matching(r"vpc-([0-9a-f]{8}|[0-9a-f]{17})", "is no VPC id", "vpc-0123456789abcdef0")
    ),
]
SubnetId = Annotated[
    str,
    AfterValidator(
        matching(
            r"subnet-([0-9a-f]{8}|[0-9a-f]{17})", "is no subnet id", "subnet-0123456789abcdef0"
        )
    ),
]
OWN_EGRESS = "own"


class OwnVpcConfig(Section):
    """Network and routes stay their owner's: nothing is made or changed in them."""

    id: VpcId = Field(description="The VPC", examples=["vpc-0123456789abcdef0"])
    private_subnets: dict[str, SubnetId] = Field(
        description="The subnet of nodes and pods in each of network.zones",
        examples=[{"us-east-1a": "subnet-0123456789abcdef0"}],
    )
    public_subnets: dict[str, SubnetId] = Field(
        {}, description="The subnet of public load balancers in each zone; none without them"
    )


def check_own_vpc(config: "StackConfig") -> Iterator[Finding]:
    network = config.network
    if config.is_onboarding:
        return
    if network.vpc is None:
        if network.egress.value == OWN_EGRESS:
            yield Finding(
                ("network", "egress"),
                "is for a VPC of the customer's alone",
                "natPerZone, singleNat or none, or network.vpc",
                also=(("network", "vpc"),),
            )
        return
    yield from left_to_its_owner(config)
    yield from subnets_of_zones(config)


def left_to_its_owner(config: "StackConfig") -> Iterator[Finding]:
    network, also = config.network, (("network", "vpc"),)
    if network.egress.value != OWN_EGRESS:
        yield Finding(
            ("network", "egress"),
            "makes routes and gateways in a VPC that the deployment does not own",
            OWN_EGRESS,
            also,
        )
    if network.flow_logs.value != "none":
        yield Finding(
            ("network", "flowLogs"),
            "logs a VPC that the deployment does not own",
            "none: the VPC's owner keeps flow logs",
            also,
        )
    if network.interface_endpoints:
        yield Finding(
            ("network", "interfaceEndpoints"),
            "are made in a VPC that the deployment does not own",
            "an empty list: the VPC's owner makes them",
            also,
        )
    if config.peering:
        yield Finding(
            ("peering",),
            "changes routes of a VPC that the deployment does not own",
            "an empty list, and endpoints.privateSourceRanges for the networks to let in",
            also,
        )


def subnets_of_zones(config: "StackConfig") -> Iterator[Finding]:
    network = config.network
    assert network.vpc is not None
    zones, also = network.zones, (("network", "zones"),)
    private, public = network.vpc.private_subnets, network.vpc.public_subnets
    for name, subnets in (("privateSubnets", private), ("publicSubnets", public)):
        path = ("network", "vpc", name)
        unknown = [zone for zone in subnets if zone not in zones]
        missing = [zone for zone in zones if zone not in subnets]
        if unknown:
            yield Finding(
                path, f"has a subnet for {', '.join(unknown)}", "zones of network.zones alone", also
            )
        if missing and (subnets or subnets is private):
            yield Finding(
                path, f"has no subnet for {', '.join(missing)}", "one for each zone", also
            )
    seen: dict[str, str] = {}
    for name, subnets in (("privateSubnets", private), ("publicSubnets", public)):
        for zone, subnet in subnets.items():
            if subnet in seen:
                yield Finding(
                    ("network", "vpc", name, zone),
                    f"is the subnet of {seen[subnet]} as well",
                    "a subnet of its own",
                )
            seen.setdefault(subnet, f"{name}.{zone}")
    if config.endpoints.public_source_ranges and not public:
        yield Finding(
            ("network", "vpc", "publicSubnets"),
            "is empty while endpoints.publicSourceRanges asks for a public load balancer",
            "a public subnet for each zone",
            also=(("endpoints", "publicSourceRanges"),),
        )
