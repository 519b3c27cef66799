"""A VPC peering that the deployment asks for, and the other side where its owner hands it over."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
from pulumi_aws import ec2, vpc

from components.aws.tags import Tags
from components.aws.waiting import once

SERVICE_PORTS = (8443, 9440)
"""HTTPS and the native protocol under TLS: what clients of the services connect to."""


@dataclass(frozen=True, kw_only=True)
class PeerSide:
    """What may be done in the peer's account."""

    provider: pulumi.ProviderResource
    route_table_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    dns_resolution: bool = False


@dataclass(frozen=True, kw_only=True)
class PeerVpc:
    name: str
    vpc_id: str
    account: str
    region: str
    cidrs: tuple[IPv4Network, ...]
    side: PeerSide | None = None
    """Without it the peer's owner accepts, and routes back."""


@dataclass(frozen=True, kw_only=True)
class PeeringArgs:
    tags: Tags
    vpc_id: pulumi.Input[str]
    vpc_cidr: IPv4Network
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
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        connection = ec2.VpcPeeringConnection(
            name,
            vpc_id=args.vpc_id,
            peer_vpc_id=args.peer.vpc_id,
            peer_owner_id=args.peer.account,
            peer_region=args.peer.region,
            auto_accept=False,
            tags=self._tags(),
            opts=self._child,
        )
        for zone, table_id in args.route_table_ids.items():
            for cidr in args.peer.cidrs:
                ec2.Route(
                    f"{name}-{zone}-{cidr}",
                    route_table_id=table_id,
                    destination_cidr_block=str(cidr),
                    vpc_peering_connection_id=connection.id,
                    opts=self._child,
                )
        if args.peer.side is not None:
            self._create_other_side(connection.id, args.peer.side)
        self.id = connection.id
        self.register_outputs({"id": self.id})

    def _tags(self) -> dict[str, str]:
        return self._args.tags.named(f"{self._args.tags.deployment}-{self._args.peer.name}")

    def _create_other_side(self, id_: pulumi.Output[str], side: PeerSide) -> None:
        there = pulumi.ResourceOptions(parent=self, provider=side.provider)
        accepter = ec2.VpcPeeringConnectionAccepter(
            f"{self._name}-accepter",
            vpc_peering_connection_id=id_,
            auto_accept=True,
            tags=self._tags(),
            opts=there,
        )
        accepted = once(id_, [accepter.accept_status])
        for table_id in side.route_table_ids:
            ec2.Route(
                f"{self._name}-back-{table_id}",
                route_table_id=table_id,
                destination_cidr_block=str(self._args.vpc_cidr),
                vpc_peering_connection_id=accepted,
                opts=there,
            )
        self._admit_clients(side, there)
        if side.dns_resolution:
            self._resolve_names(accepted, there)

    def _admit_clients(self, side: PeerSide, there: pulumi.ResourceOptions) -> None:
        """The way to the services, out of groups that let nothing else out."""
        for group_id in side.security_group_ids:
            for port in SERVICE_PORTS:
                vpc.SecurityGroupEgressRule(
                    f"{self._name}-{group_id}-{port}",
                    security_group_id=group_id,
                    description=f"Services of {self._args.tags.deployment}",
                    cidr_ipv4=str(self._args.vpc_cidr),
                    ip_protocol="tcp",
                    from_port=port,
                    to_port=port,
                    tags=self._tags(),
                    opts=there,
                )

    def _resolve_names(self, accepted: pulumi.Output[str], there: pulumi.ResourceOptions) -> None:
        """Each account sets its own side, and only once the peering is active."""
        resolving = {"allow_remote_vpc_dns_resolution": True}
        ec2.PeeringConnectionOptions(
            f"{self._name}-names",
            vpc_peering_connection_id=accepted,
            requester=resolving,
            opts=self._child,
        )
        ec2.PeeringConnectionOptions(
            f"{self._name}-names-back",
            vpc_peering_connection_id=accepted,
            accepter=resolving,
            opts=there,
        )
