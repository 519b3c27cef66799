"""The private load balancer as an endpoint service, for VPCs that are not peered."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from infra.config.regions import REGION_ZONES, nearest_regions
from infra.config.section import ARN, Finding, Section, matching

if TYPE_CHECKING:
    from infra.config.stack import StackConfig

PATH = ("endpoints", "privateLink")

Principal = Annotated[
    str,
    AfterValidator(
        matching(
            ARN + r"iam::\d{12}:(root|role/[\w+=,.@/-]+|user/[\w+=,.@/-]+)",
            "names no account, role or user",
            "an ARN such as arn:aws:iam::333333333333:root",
        )
    ),
]
EndpointId = Annotated[
    str,
    AfterValidator(
        matching(
            r"vpce-([0-9a-f]{8}|[0-9a-f]{17})", "is no VPC endpoint id", "vpce-0123456789abcdef0"
        )
    ),
]
NetworkLoadBalancerArn = Annotated[
    str,
    AfterValidator(
        matching(
            ARN + r"elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer/net/[\w-]+/[0-9a-f]+",
            "is no ARN of a network load balancer",
            "an ARN such as arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/"
            "name/0123456789abcdef",
        )
    ),
]


class PrivateLinkConfig(Section):
    allowed_principals: tuple[Principal, ...] = Field(
        min_length=1,
        description="Who may ask for a connection: accounts, roles or users",
        examples=[["arn:aws:iam::333333333333:root"]],
    )
    acceptance_required: bool = Field(
        True, description="Whether each connection waits until it is accepted"
    )
    accepted_endpoints: tuple[EndpointId, ...] = Field(
        (), description="Connections that are accepted, by the id of the consumer's endpoint"
    )
    supported_regions: tuple[str, ...] = Field(
        (), description="Other regions that consumers may connect from; only this one when empty"
    )
    dns_verified: bool = Field(
        False,
        description="Set once the record of the output privateLink is in DNS: AWS is asked to look"
        " at it, and consumers can use the services' names then",
    )
    load_balancer_arn: NetworkLoadBalancerArn | None = Field(
        None,
        description="A network load balancer to offer instead of the private one of the ingress",
    )


def check_private_link(config: "StackConfig") -> Iterator[Finding]:
    link = config.endpoints.private_link
    if link is None or config.endpoints.domain is None:
        return
    if link.load_balancer_arn is None and not config.endpoints.private:
        yield Finding(
            PATH,
            "has no load balancer to offer while endpoints.private is false",
            "endpoints.private: true, or the ARN of another one in loadBalancerArn",
            also=(("endpoints", "private"),),
        )
    if link.accepted_endpoints and not link.acceptance_required:
        yield Finding(
            (*PATH, "acceptedEndpoints"),
            "has no effect while acceptanceRequired is false",
            "acceptanceRequired: true, or leave it out",
            also=((*PATH, "acceptanceRequired"),),
        )
    yield from regions(config, link.supported_regions)
    if link.load_balancer_arn is not None:
        yield from load_balancer(config, link.load_balancer_arn)


def regions(config: "StackConfig", listed: tuple[str, ...]) -> Iterator[Finding]:
    for index, region in enumerate(listed):
        path = (*PATH, "supportedRegions", index)
        if region not in REGION_ZONES:
            yield Finding(path, "is no public AWS region", nearest_regions(region))
        elif region == config.region:
            yield Finding(path, "is this deployment's own region", "leave it out", (("region",),))
        elif region in listed[:index]:
            yield Finding(path, "is listed twice", "each region once")


def load_balancer(config: "StackConfig", arn: str) -> Iterator[Finding]:
    _, _, _, region, account, _ = arn.split(":", 5)
    if (region, account) != (config.region, config.account):
        yield Finding(
            (*PATH, "loadBalancerArn"),
            f"is one of account {account} in {region}",
            f"one of account {config.account} in {config.region}",
            also=(("account",), ("region",)),
        )
