"""The network layer: a VPC of three zones or more, with private and public subnets."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network

import pulumi
from pulumi_aws import ec2

from components.aws.egress import EgressRoutes, EgressRoutesArgs
from components.aws.flow_logs import FlowLogs, FlowLogsArgs, FlowLogTarget
from components.aws.peering import Peering, PeeringArgs, PeerVpc
from components.aws.subnet_layout import SubnetLayout, lay_out
from components.aws.tags import Tags
from components.aws.vpc_endpoints import VpcEndpoints, VpcEndpointsArgs
from permissions.names import Scope

PRIVATE_ROLE = {"kubernetes.io/role/internal-elb": "1"}
PUBLIC_ROLE = {"kubernetes.io/role/elb": "1"}


class SubnetKind(StrEnum):
    PRIVATE = "private"
    PUBLIC = "public"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    scope: Scope
    tags: Tags
    cidr: IPv4Network
    zones: tuple[str, ...]
    nat_zones: tuple[str, ...]
    """Zones with a NAT gateway; a zone without one uses the first. None: no way out."""
    interface_endpoints: tuple[str, ...] = ()
    flow_logs: FlowLogTarget | None = None
    peers: tuple[PeerVpc, ...] = ()


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
        child = pulumi.ResourceOptions(parent=self)
        self._name, self._args, self._child = name, args, child
        vpc = self._create_vpc()
        layout = lay_out(args.cidr, args.zones)
        private = self._create_subnets(vpc, layout, SubnetKind.PRIVATE)
        public = self._create_subnets(vpc, layout, SubnetKind.PUBLIC)
        egress = EgressRoutes(
            f"{name}-egress",
            EgressRoutesArgs(
                scope=args.scope,
                tags=args.tags,
                vpc_id=vpc.id,
                private_subnet_ids=private,
                public_subnet_ids=public,
                nat_zones=args.nat_zones,
            ),
            child,
        )
        VpcEndpoints(
            f"{name}-endpoint",
            VpcEndpointsArgs(
                scope=args.scope,
                tags=args.tags,
                vpc_id=vpc.id,
                vpc_cidr=args.cidr,
                subnet_ids=private,
                route_table_ids=egress.private_route_table_ids,
                services=args.interface_endpoints,
            ),
            child,
        )
        if args.flow_logs is not None:
            FlowLogs(
                f"{name}-flow-logs",
                FlowLogsArgs(
                    scope=args.scope, tags=args.tags, vpc_id=vpc.id, target=args.flow_logs
                ),
                child,
            )
        self.peering_ids = {
            peer.name: Peering(
                f"{name}-peering-{peer.name}",
                PeeringArgs(
                    tags=args.tags,
                    vpc_id=vpc.id,
                    peer=peer,
                    route_table_ids=egress.private_route_table_ids,
                ),
                child,
            ).id
            for peer in args.peers
        }
        self.vpc_id = vpc.id
        self.private_subnet_ids = egress.routed(private)
        self.public_subnet_ids = egress.routed(public)
        self.nat_addresses = egress.nat_addresses
        self.register_outputs({"vpc_id": self.vpc_id})

    def _create_vpc(self) -> ec2.Vpc:
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
            tags=self._args.tags.named(f"{self._args.scope.prefix}-closed"),
            opts=self._child,
        )
        return vpc

    def _create_subnets(
        self, vpc: ec2.Vpc, layout: SubnetLayout, kind: SubnetKind
    ) -> dict[str, pulumi.Output[str]]:
        scope = self._args.scope
        role = PRIVATE_ROLE if kind is SubnetKind.PRIVATE else PUBLIC_ROLE
        tags = {**role, f"kubernetes.io/cluster/{scope.cluster_name}": "shared"}
        return {
            subnets.zone: ec2.Subnet(
                f"{self._name}-{kind.value}-{subnets.zone}",
                vpc_id=vpc.id,
                availability_zone=subnets.zone,
                cidr_block=str(getattr(subnets, kind.value)),
                map_public_ip_on_launch=False,
                tags=self._args.tags.named(f"{scope.name}-{kind.value}-{subnets.zone}", tags),
                opts=self._child,
            ).id
            for subnets in layout.zones
        }
