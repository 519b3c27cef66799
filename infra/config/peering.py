"""VPCs that the deployment's is peered with."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from infra.config.own_vpc import VpcId
from infra.config.regions import REGION_ZONES, nearest_regions
from infra.config.section import AccountId, Cidr, Finding, RoleArn, Section, matching

if TYPE_CHECKING:
    from infra.config.stack import StackConfig

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
RouteTableId = Annotated[
    str,
    AfterValidator(
        matching(r"rtb-([0-9a-f]{8}|[0-9a-f]{17})", "is no route table id", "rtb-0123456789abcdef0")
    ),
]
SecurityGroupId = Annotated[
    str,
    AfterValidator(
        matching(
            r"sg-([0-9a-f]{8}|[0-9a-f]{17})", "is no security group id", "sg-0123456789abcdef0"
        )
    ),
]
TAILNET = IPv4Network("100.64.0.0/10")


class AccepterConfig(Section):
    """The other side, where its owner lets this deployment set it up."""

    role_arn: RoleArn = Field(
        description="Role in the peer's account, taken on with the caller's own credentials: it"
        " accepts the peering, and routes back",
        examples=["arn:aws:iam::333333333333:role/peering"],
    )
    route_table_ids: tuple[RouteTableId, ...] = Field(
        (),
        description="Route tables of the peer that lead to this deployment; every private one",
        examples=[["rtb-0123456789abcdef0"]],
    )
    security_group_ids: tuple[SecurityGroupId, ...] = Field(
        (),
        description="Security groups of clients without open egress: they may connect to the"
        " services' ports in this deployment's VPC",
    )
    dns_resolution: bool = Field(
        False,
        description="Whether public names of either VPC resolve to private addresses in the other",
    )


class PeeringConfig(Section):
    """A VPC peering that this deployment requests; its owner accepts it, or `accepter` does."""

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
    accepter: AccepterConfig | None = Field(
        None, description="How the other side is set up as well; its owner does it when absent"
    )


def check_peering(config: "StackConfig") -> Iterator[Finding]:
    """Overlapping networks cannot be routed between: AWS fails in the middle of an update."""
    yield from repeated(config)
    yield from accepters(config)
    taken: list[tuple[IPv4Network, tuple[str | int, ...], str]] = [
        (config.network.cidr, ("network", "cidr"), "this deployment's VPC, nodes and pods"),
        (config.cluster.service_cidr, ("cluster", "serviceCidr"), "the cluster's services"),
    ]
    if config.tailscale.enabled:
        taken.append((TAILNET, ("tailscale", "enabled"), "the tailnet"))
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


def repeated(config: "StackConfig") -> Iterator[Finding]:
    names = [peering.name for peering in config.peering]
    vpcs = [peering.vpc_id for peering in config.peering]
    for index, (name, vpc) in enumerate(zip(names, vpcs, strict=True)):
        if name in names[:index]:
            yield Finding(("peering", index, "name"), "is used twice", "a name of its own")
        if vpc in vpcs[:index]:
            yield Finding(
                ("peering", index, "vpcId"),
                f"is peered with as {names[vpcs.index(vpc)]} already",
                "one peering for a VPC, with all of its networks",
            )


def accepters(config: "StackConfig") -> Iterator[Finding]:
    for index, peering in enumerate(config.peering):
        owner = peering.account or config.account
        if peering.accepter is None or peering.accepter.role_arn.split(":")[4] == owner:
            continue
        yield Finding(
            ("peering", index, "accepter", "roleArn"),
            f"is a role of another account than {owner}, which owns {peering.vpc_id}",
            f"a role of account {owner}, or that account in peering[{index}].account",
            also=(("peering", index, "account"),),
        )
