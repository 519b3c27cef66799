"""The deployment's VPC."""

from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from infra.config.egress import Egress, HubConfig
from infra.config.interface_endpoints import InterfaceEndpoint
from infra.config.own_vpc import OwnVpcConfig
from infra.config.section import Cidr, Finding, Section, wrong

if TYPE_CHECKING:
    from infra.config.stack import StackConfig

PRIVATE_RANGES = tuple(
    IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
SMALLEST_PREFIX, LARGEST_PREFIX = 22, 16


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
        description="Three to six availability zones, by name or by id (use1-az1, the same place in"
        " every account); subnets keep their addresses when one is added at the end. Needed for a"
        " deployment",
        examples=[["us-east-1a", "us-east-1b", "us-east-1c"]],
    )
    egress: Egress = Field(
        Egress.NAT_PER_ZONE,
        description="Way out to the internet: natPerZone, singleNat (cheaper; a zone's failure"
        " cuts the others off), hub (the transit gateway of network.hub), none, or own: the routes"
        " of network.vpc",
    )
    hub: HubConfig | None = Field(
        None, description="Transit gateway that everything leaves by, for egress: hub"
    )
    interface_endpoints: tuple[InterfaceEndpoint, ...] = Field(
        (), description="AWS services with a private address in every zone; S3 always has its own"
    )
    flow_logs: FlowLogTraffic = Field(
        FlowLogTraffic.ALL, description="Connections that are logged: all, reject or none"
    )


def check_service_cidr(config: "StackConfig") -> Iterator[Finding]:
    if config.cluster.service_cidr.overlaps(config.network.cidr):
        yield Finding(
            ("cluster", "serviceCidr"),
            f"overlaps the VPC's {config.network.cidr}",
            "a private network apart from the VPC, such as 172.20.0.0/16",
            also=(("network", "cidr"),),
        )
