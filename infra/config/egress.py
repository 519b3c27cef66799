"""The ways out of the VPC: a closed set, and what each of them takes."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from infra.config.interface_endpoints import needed_without_egress
from infra.config.own_vpc import OWN_EGRESS
from infra.config.section import ARN, Finding, RoleArn, Section, matching

if TYPE_CHECKING:
    from infra.config.stack import StackConfig


class Egress(StrEnum):
    NAT_PER_ZONE = "natPerZone"
    SINGLE_NAT = "singleNat"
    HUB = "hub"
    NONE = "none"
    OWN = OWN_EGRESS


NAT_EGRESS = frozenset({Egress.NAT_PER_ZONE, Egress.SINGLE_NAT})


class HubSubnets(StrEnum):
    """Where the hub's network interfaces lie."""

    DEDICATED = "dedicated"
    PRIVATE = "private"


TransitGatewayId = Annotated[
    str,
    AfterValidator(
        matching(r"tgw-[0-9a-f]{17}", "is no transit gateway id", "tgw-0123456789abcdef0")
    ),
]
ResourceShareArn = Annotated[
    str,
    AfterValidator(
        matching(
            ARN + r"ram:[a-z0-9-]+:\d{12}:resource-share/[0-9a-f-]{36}",
            "is no ARN of a resource share",
            "an ARN such as arn:aws:ram:us-east-1:444444444444:resource-share/"
            "01234567-89ab-cdef-0123-456789abcdef",
        )
    ),
]


class HubConfig(Section):
    """A transit gateway, of this account or shared with it, that leads everywhere."""

    transit_gateway_id: TransitGatewayId = Field(
        description="The transit gateway", examples=["tgw-0123456789abcdef0"]
    )
    subnets: HubSubnets = Field(
        HubSubnets.DEDICATED,
        description="Subnets of the attachment: dedicated (a /28 in each zone, with a route table"
        " of its own) or private (those of nodes and pods)",
    )
    accept_share_arn: ResourceShareArn | None = Field(
        None,
        description="RAM resource share by which another organization offers the transit gateway,"
        " accepted first; within one organization there is nothing to accept",
    )
    accepter_role_arn: RoleArn | None = Field(
        None,
        description="Role in the transit gateway's account that accepts the attachment, taken on"
        " with the caller's own credentials; without it the transit gateway accepts by itself",
    )


def needs_public_subnets(config: "StackConfig") -> bool:
    """NAT gateways and public load balancers live there; without them there is no way in or out."""
    return config.network.egress in NAT_EGRESS or bool(config.endpoints.public_source_ranges)


def check_egress(config: "StackConfig") -> Iterator[Finding]:
    if config.network.egress is not Egress.NONE:
        return
    also = (("network", "egress"),)
    needed, listed = needed_without_egress(config), config.network.interface_endpoints
    missing = sorted(set(needed) - set(listed))
    if missing:
        yield Finding(
            ("network", "interfaceEndpoints"),
            "leaves nodes without a way to AWS while egress is none",
            f"also {', '.join(missing)}",
            also,
        )
    if config.tailscale.enabled:
        yield Finding(
            ("network", "egress"),
            "cuts off Tailscale, which connects outwards",
            "natPerZone, singleNat or hub, or tailscale.enabled: false",
            also=(("tailscale", "enabled"),),
        )
    if config.endpoints.hosted_zone_id is not None:
        yield Finding(
            ("endpoints", "hostedZoneId"),
            "is kept by programs that reach Route 53 and the certificate authority by the internet,"
            " while egress is none",
            "endpoints.tlsSecret and records of your own instead, or another egress",
            also,
        )


def check_hub(config: "StackConfig") -> Iterator[Finding]:
    network, hub = config.network, config.network.hub
    if network.egress is Egress.HUB and hub is None:
        yield Finding(
            ("network", "hub"),
            "though egress is hub",
            "transitGatewayId, and how it is attached",
            also=(("network", "egress"),),
        )
    if hub is None:
        return
    if network.egress is not Egress.HUB:
        yield Finding(
            ("network", "hub"),
            f"has no effect while egress is {network.egress}",
            "egress: hub, or leave it out",
            also=(("network", "egress"),),
        )
    if hub.accept_share_arn is not None:
        yield from check_share(config, hub.accept_share_arn)
    role = hub.accepter_role_arn
    if role is not None and role.split(":")[4] == config.account:
        yield Finding(
            ("network", "hub", "accepterRoleArn"),
            f"is a role of account {config.account} itself",
            "leave it out: a transit gateway of the same account accepts by itself",
            also=(("account",),),
        )


def check_share(config: "StackConfig", arn: str) -> Iterator[Finding]:
    path = ("network", "hub", "acceptShareArn")
    _, _, _, region, owner, _ = arn.split(":", 5)
    if owner == config.account:
        yield Finding(
            path,
            f"is a share of account {owner} itself",
            "leave it out: what is one's own needs no accepting",
            also=(("account",),),
        )
    if region != config.region:
        yield Finding(
            path,
            f"is a share in {region}",
            f"a share in {config.region}: a transit gateway serves VPCs of its own region",
            also=(("region",),),
        )
