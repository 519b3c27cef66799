"""A VPC peering that the deployment asks for; the other side accepts it and routes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
from pulumi_aws import ec2

from components.aws.tags import Tags


@dataclass(frozen=True, kw_only=True)
class PeerVpc:
    name: str
    vpc_id: str
    account: str
    region: str
    cidrs: tuple[IPv4Network, ...]


@dataclass(frozen=True, kw_only=True)
class PeeringArgs:
    tags: Tags
    vpc_id: pulumi.Input[str]
    peer: PeerVpc
    route_table_ids: Mapping[str, pulumi.Input[str]]
    """Tables of the private subnets, by zone."""


class Peering(pulumi.ComponentResource):
    """The request, and a route to every network of the peer from every private subnet."""

    id: pulumi.Output[str]

    def __init__(
        self, name: str, args: PeeringArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:Peering", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        connection = ec2.VpcPeeringConnection(
            name,
            vpc_id=args.vpc_id,
            peer_vpc_id=args.peer.vpc_id,
            peer_owner_id=args.peer.account,
            peer_region=args.peer.region,
            auto_accept=False,
            tags=args.tags.named(f"{args.tags.deployment}-{args.peer.name}"),
            opts=child,
        )
        for zone, table_id in args.route_table_ids.items():
            for cidr in args.peer.cidrs:
                ec2.Route(
                    f"{name}-{zone}-{cidr}",
                    route_table_id=table_id,
                    destination_cidr_block=str(cidr),
                    vpc_peering_connection_id=connection.id,
                    opts=child,
                )
        self.id = connection.id
        self.register_outputs({"id": self.id})
