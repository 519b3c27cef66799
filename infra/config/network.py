"""The deployment's VPC, and the VPCs that it is peered with."""

from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from infra.config.own_vpc import OWN_EGRESS, OwnVpcConfig, VpcId
from infra.config.regions import REGION_ZONES, nearest_regions, zone_names, zones_per_account
from infra.config.section import AccountId, Cidr, Finding, Section, matching, wrong

if TYPE_CHECKING:
    from infra.config.stack import StackConfig

PRIVATE_RANGES = tuple(
    IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
SMALLEST_PREFIX, LARGEST_PREFIX = 22, 16
FEWEST_ZONES, MOST_ZONES = 3, 6


class Egress(StrEnum):
    NAT_PER_ZONE = "natPerZone"
    SINGLE_NAT = "singleNat"
    NONE = "none"
    OWN = OWN_EGRESS


class InterfaceEndpoint(StrEnum):
    """AWS services that can be reached by a private address inside the VPC."""

    AUTOSCALING = "autoscaling"
    EC2 = "ec2"
    ECR_API = "ecr.api"
    ECR_DKR = "ecr.dkr"
    EKS = "eks"
    EKS_AUTH = "eks-auth"
    ELASTIC_LOAD_BALANCING = "elasticloadbalancing"
    KMS = "kms"
    LOGS = "logs"
    SQS = "sqs"
    STS = "sts"


NEEDED_WITHOUT_EGRESS = frozenset(
    {
        InterfaceEndpoint.EC2,
        InterfaceEndpoint.ECR_API,
        InterfaceEndpoint.ECR_DKR,
        InterfaceEndpoint.EKS,
        InterfaceEndpoint.EKS_AUTH,
        InterfaceEndpoint.ELASTIC_LOAD_BALANCING,
        InterfaceEndpoint.STS,
    }
)


class FlowLogTraffic(StrEnum):
    ALL = "all"
    REJECT = "reject"
    NONE = "none"


def private_network(network: IPv4Network) -> IPv4Network:
    if not any(network.subnet_of(private) for private in PRIVATE_RANGES):
        raise wrong(
            "is not private",
            "a network inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
        )
    return network


def _vpc_network(network: IPv4Network) -> IPv4Network:
    if network.prefixlen > SMALLEST_PREFIX:
        larger = network.supernet(new_prefix=SMALLEST_PREFIX)
        raise wrong("is smaller than a /22", f"a network from /16 to /22, such as {larger}")
    if network.prefixlen < LARGEST_PREFIX:
        first = next(network.subnets(new_prefix=LARGEST_PREFIX))
        raise wrong("is larger than a /16, AWS's limit", f"a /16 to /22, such as {first}")
    return network


VpcCidr = Annotated[Cidr, AfterValidator(private_network), AfterValidator(_vpc_network)]


class NetworkConfig(Section):
    cidr: VpcCidr = Field(
        IPv4Network("10.0.0.0/16"),
        description="Addresses of the VPC, /16 to /22; fixed at creation",
    )
    vpc: OwnVpcConfig | None = Field(
        None,
        description="A VPC of the customer's, left as it is; without it the deployment makes one",
    )
    zones: tuple[str, ...] = Field(
        (),
        description="Three to six availability zones; subnets keep their addresses when one is"
        " added at the end. Needed for a deployment",
        examples=[["us-east-1a", "us-east-1b", "us-east-1c"]],
    )
    egress: Egress = Field(
        Egress.NAT_PER_ZONE,
        description="Way out to the internet: natPerZone, singleNat (cheaper; a zone's failure"
        " cuts the others off), none, or own: the routes of network.vpc",
    )
    interface_endpoints: tuple[InterfaceEndpoint, ...] = Field(
        (), description="AWS services with a private address in every zone; S3 always has its own"
    )
    flow_logs: FlowLogTraffic = Field(
        FlowLogTraffic.ALL, description="Connections that are logged: all, reject or none"
    )


PeeringName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z]([a-z0-9-]{0,28}[a-z0-9])?",
            "is no name",
            "1 to 30 lower-case letters, digits and hyphens, beginning with a letter",
        )
    ),
]


class PeeringConfig(Section):
    """A VPC peering that this deployment requests; its owner accepts it."""

    name: PeeringName = Field(description="Name of the peering", examples=["applications"])
    vpc_id: VpcId = Field(description="VPC to peer with", examples=["vpc-0123456789abcdef0"])
    account: AccountId | None = Field(
        None, description="Account of that VPC; this deployment's when absent"
    )
    region: str | None = Field(
        None, description="Region of that VPC; this deployment's when absent"
    )
    cidrs: tuple[Cidr, ...] = Field(
        min_length=1,
        description="Networks of that VPC: routed from every private subnet, and let in",
        examples=[["192.168.0.0/16"]],
    )


def check_zones(config: "StackConfig") -> Iterator[Finding]:
    zones, region = config.network.zones, config.region
    if config.is_onboarding or region not in REGION_ZONES:
        return
    path, also = ("network", "zones"), (("region",),)
    offered = zone_names(region)
    if zones_per_account(region) < FEWEST_ZONES:
        yield Finding(
            ("region",),
            f"offers {zones_per_account(region)} zones to an account, and a deployment needs three",
            "a region with three zones or more",
        )
        return
    if not zones:
        yield Finding(path, "", f"three zones or more, such as {', '.join(offered[:3])}", also)
        return
    distinct = len(set(zones))
    if distinct < FEWEST_ZONES:
        missing = [zone for zone in offered if zone not in zones]
        example = [*dict.fromkeys(zone for zone in zones if zone in offered), *missing][:3]
        yield Finding(path, "names fewer than three zones", f"such as {', '.join(example)}", also)
    if distinct > MOST_ZONES:
        yield Finding(path, "names more than six zones", "three to six zones", also)
    for index, zone in enumerate(zones):
        if zone not in offered:
            yield Finding(
                (*path, index),
                f"is no zone of {region}",
                f"one of {', '.join(offered)}",
                also,
            )
        elif zone in zones[:index]:
            yield Finding((*path, index), "is named twice", "each zone once", also)


def check_egress(config: "StackConfig") -> Iterator[Finding]:
    network = config.network
    if network.egress is not Egress.NONE:
        return
    missing = sorted(NEEDED_WITHOUT_EGRESS - set(network.interface_endpoints))
    if missing:
        yield Finding(
            ("network", "interfaceEndpoints"),
            "leaves nodes without a way to AWS while egress is none",
            f"also {', '.join(missing)}",
            also=(("network", "egress"),),
        )
    if config.tailscale.enabled:
        yield Finding(
            ("network", "egress"),
            "cuts off Tailscale, which connects outwards",
            "natPerZone or singleNat, or tailscale.enabled: false",
            also=(("tailscale", "enabled"),),
        )


def check_duplicates(config: "StackConfig") -> Iterator[Finding]:
    endpoints = config.network.interface_endpoints
    for index, endpoint in enumerate(endpoints):
        if endpoint in endpoints[:index]:
            path = ("network", "interfaceEndpoints", index)
            yield Finding(path, "is listed twice", "each service once")
    names = [peering.name for peering in config.peering]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Finding(("peering", index, "name"), "is used twice", "a name of its own")


def check_peering(config: "StackConfig") -> Iterator[Finding]:
    """Overlapping networks cannot be routed between: AWS fails in the middle of an update."""
    taken: list[tuple[IPv4Network, tuple[str | int, ...], str]] = [
        (config.network.cidr, ("network", "cidr"), "this deployment's VPC"),
        (config.cluster.service_cidr, ("cluster", "serviceCidr"), "the cluster's services"),
    ]
    for index, peering in enumerate(config.peering):
        if peering.region is not None and peering.region not in REGION_ZONES:
            right = nearest_regions(peering.region)
            yield Finding(("peering", index, "region"), "is no public AWS region", right)
        for position, cidr in enumerate(peering.cidrs):
            path = ("peering", index, "cidrs", position)
            for other, other_path, owner in taken:
                if cidr.overlaps(other):
                    yield Finding(
                        path, f"overlaps {other} of {owner}", "networks apart", (other_path,)
                    )
            taken.append((cidr, path, f"peering {peering.name}"))


def check_service_cidr(config: "StackConfig") -> Iterator[Finding]:
    if config.cluster.service_cidr.overlaps(config.network.cidr):
        yield Finding(
            ("cluster", "serviceCidr"),
            f"overlaps the VPC's {config.network.cidr}",
            "a private network apart from the VPC, such as 172.20.0.0/16",
            also=(("network", "cidr"),),
        )
