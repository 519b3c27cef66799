"""The network layer: a VPC of three zones or more, its subnets and its ways out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network

import pulumi
from pulumi_aws import ec2

from components.aws.egress import EgressRoutes, EgressRoutesArgs, SubnetIds
from components.aws.flow_logs import FlowLogs, FlowLogsArgs, FlowLogTarget
from components.aws.hub import HubTarget
from components.aws.peering import Peering, PeeringArgs, PeerVpc
from components.aws.subnet_layout import SubnetLayout, lay_out
from components.aws.tags import Tags
from components.aws.vpc_endpoints import VpcEndpoints, VpcEndpointsArgs
from components.aws.zone import is_zone_id
from permissions.names import Scope

PRIVATE_ROLE = {"kubernetes.io/role/internal-elb": "1"}
PUBLIC_ROLE = {"kubernetes.io/role/elb": "1"}


class SubnetKind(StrEnum):
    PRIVATE = "private"
    PUBLIC = "public"
    ATTACHMENT = "attachment"


ROLES = {SubnetKind.PRIVATE: PRIVATE_ROLE, SubnetKind.PUBLIC: PUBLIC_ROLE}
"""By which load balancers find their subnets; a hub's are for nobody else."""


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    scope: Scope
    tags: Tags
    cidr: IPv4Network
    zones: tuple[str, ...]
    nat_zones: tuple[str, ...]
    """Zones with a NAT gateway; a zone without one uses the first."""
    hub: HubTarget | None = None
    """The way out where there is no NAT gateway; without either there is none."""
    public_subnets: bool = True
    """NAT gateways and public load balancers need them."""
    interface_endpoints: tuple[str, ...] = ()
    flow_logs: FlowLogTarget | None = None
    peers: tuple[PeerVpc, ...] = ()
    tags_default_group: bool = True
    """The operator may not: a right to tag what it did not make opens more than this group."""


class Network(pulumi.ComponentResource):
    """Nodes and pods live in private subnets; public ones hold NAT gateways and load balancers."""

    vpc_id: pulumi.Output[str]
    private_subnet_ids: Mapping[str, pulumi.Output[str]]
    """By zone."""
    public_subnet_ids: Mapping[str, pulumi.Output[str]]
    nat_addresses: Mapping[str, pulumi.Output[str]]
    """Public addresses that the deployment connects from, by zone."""
    peering_ids: Mapping[str, pulumi.Output[str]]

    def __init__(
        self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:Network", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.vpc_id = self._create_vpc()
        layout = lay_out(args.cidr, args.zones)
        private = self._create_subnets(layout, SubnetKind.PRIVATE)
        public = self._create_subnets(layout, SubnetKind.PUBLIC) if args.public_subnets else {}
        dedicated = args.hub is not None and args.hub.own_subnets
        hub = self._create_subnets(layout, SubnetKind.ATTACHMENT) if dedicated else {}
        egress = self._create_egress(private, public, hub)
        self._create_endpoints(private, egress)
        self._create_flow_logs()
        self.peering_ids = {peer.name: self._create_peering(peer, egress) for peer in args.peers}
        self.private_subnet_ids = egress.routed(private)
        self.public_subnet_ids = egress.routed(public)
        self.nat_addresses = egress.nat_addresses
        self.register_outputs({"vpc_id": self.vpc_id})

    def _create_vpc(self) -> pulumi.Output[str]:
        vpc = ec2.Vpc(
            f"{self._name}-vpc",
            cidr_block=str(self._args.cidr),
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=self._args.tags.named(self._args.scope.prefix),
            opts=self._child,
        )
        ec2.DefaultSecurityGroup(
            f"{self._name}-closed",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            tags=self._default_group_tags(),
            opts=self._child,
        )
        vpc_id: pulumi.Output[str] = vpc.id
        return vpc_id

    def _default_group_tags(self) -> Mapping[str, str] | None:
        if not self._args.tags_default_group:
            return None
        return self._args.tags.named(f"{self._args.scope.prefix}-closed")

    def _create_subnets(self, layout: SubnetLayout, kind: SubnetKind) -> SubnetIds:
        scope, tags = self._args.scope, {}
        if role := ROLES.get(kind):
            tags = {**role, f"kubernetes.io/cluster/{scope.cluster_name}": "shared"}
        return {
            subnets.zone: ec2.Subnet(
                f"{self._name}-{kind.value}-{subnets.zone}",
                vpc_id=self.vpc_id,
                availability_zone=None if is_zone_id(subnets.zone) else subnets.zone,
                availability_zone_id=subnets.zone if is_zone_id(subnets.zone) else None,
                cidr_block=str(getattr(subnets, kind.value)),
                map_public_ip_on_launch=False,
                tags=self._args.tags.named(f"{scope.name}-{kind.value}-{subnets.zone}", tags),
                opts=self._child,
            ).id
            for subnets in layout.zones
        }

    def _create_egress(self, private: SubnetIds, public: SubnetIds, hub: SubnetIds) -> EgressRoutes:
        return EgressRoutes(
            f"{self._name}-egress",
            EgressRoutesArgs(
                scope=self._args.scope,
                tags=self._args.tags,
                vpc_id=self.vpc_id,
                private_subnet_ids=private,
                public_subnet_ids=public,
                nat_zones=self._args.nat_zones,
                hub=self._args.hub,
                attachment_subnet_ids=hub,
            ),
            self._child,
        )

    def _create_endpoints(self, private: SubnetIds, egress: EgressRoutes) -> None:
        VpcEndpoints(
            f"{self._name}-endpoint",
            VpcEndpointsArgs(
                scope=self._args.scope,
                tags=self._args.tags,
                vpc_id=self.vpc_id,
                vpc_cidr=self._args.cidr,
                subnet_ids=private,
                route_table_ids=egress.private_route_table_ids,
                services=self._args.interface_endpoints,
            ),
            self._child,
        )

    def _create_flow_logs(self) -> None:
        if self._args.flow_logs is None:
            return
        FlowLogs(
            f"{self._name}-flow-logs",
            FlowLogsArgs(
                scope=self._args.scope,
                tags=self._args.tags,
                vpc_id=self.vpc_id,
                target=self._args.flow_logs,
            ),
            self._child,
        )

    def _create_peering(self, peer: PeerVpc, egress: EgressRoutes) -> pulumi.Output[str]:
        return Peering(
            f"{self._name}-peering-{peer.name}",
            PeeringArgs(
                tags=self._args.tags,
                vpc_id=self.vpc_id,
                vpc_cidr=self._args.cidr,
                peer=peer,
                route_table_ids=egress.private_route_table_ids,
            ),
            self._child,
        ).id
