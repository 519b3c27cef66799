"""Route tables of the subnets, and the way out: NAT gateways, a hub, or none."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2

from components.aws.hub import HubAttachment, HubAttachmentArgs, HubTarget
from components.aws.tags import Tags
from components.aws.waiting import once
from permissions.names import Scope

ANYWHERE = "0.0.0.0/0"

SubnetIds = Mapping[str, pulumi.Output[str]]


@dataclass(frozen=True, kw_only=True)
class EgressRoutesArgs:
    scope: Scope
    tags: Tags
    vpc_id: pulumi.Input[str]
    private_subnet_ids: SubnetIds
    public_subnet_ids: SubnetIds
    """Without them there is no internet gateway either."""
    nat_zones: tuple[str, ...]
    hub: HubTarget | None = None
    attachment_subnet_ids: SubnetIds
    """The hub's own subnets; those of nodes and pods where it has none."""


class EgressRoutes(pulumi.ComponentResource):
    """A route table for each private subnet, so that a zone can have its own way out."""

    private_route_table_ids: Mapping[str, pulumi.Output[str]]
    nat_addresses: Mapping[str, pulumi.Output[str]]

    def __init__(
        self, name: str, args: EgressRoutesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:EgressRoutes", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._routes: list[pulumi.Output[str]] = []
        self.nat_addresses = {}
        nats = self._create_internet() if args.public_subnet_ids else {}
        self.private_route_table_ids = {
            zone: self._create_table(f"private-{zone}", [(zone, subnet_id)])
            for zone, subnet_id in args.private_subnet_ids.items()
        }
        if nats:
            shared = next(iter(nats.values()))
            for zone, table_id in self.private_route_table_ids.items():
                nat = nats.get(zone, shared)
                self._create_route(f"private-{zone}", table_id, nat_gateway_id=nat)
        if args.hub is not None:
            self._create_hub_routes(args.hub)
        self.register_outputs({"nat_addresses": self.nat_addresses})

    def routed(self, subnet_ids: SubnetIds) -> SubnetIds:
        """The subnets once their way out is there: nodes that start earlier cannot join."""
        return {zone: once(subnet_id, self._routes) for zone, subnet_id in subnet_ids.items()}

    def _create_internet(self) -> SubnetIds:
        """The public subnets' gateway and routes, and the NAT gateways in them."""
        gateway = ec2.InternetGateway(
            f"{self._name}-internet",
            vpc_id=self._args.vpc_id,
            tags=self._args.tags.named(self._args.scope.prefix),
            opts=self._child,
        )
        public = self._create_table("public", list(self._args.public_subnet_ids.items()))
        self._create_route("public", public, gateway_id=gateway.id)
        return self._create_nat_gateways(gateway)

    def _create_hub_routes(self, hub: HubTarget) -> None:
        own = self._args.attachment_subnet_ids
        if own:
            self._create_table("hub", list(own.items()))
        attachment = HubAttachment(
            f"{self._name}-hub",
            HubAttachmentArgs(
                scope=self._args.scope,
                tags=self._args.tags,
                vpc_id=self._args.vpc_id,
                subnet_ids=own or self._args.private_subnet_ids,
                target=hub,
            ),
            self._child,
        )
        for zone, table_id in self.private_route_table_ids.items():
            through = attachment.transit_gateway_id
            self._create_route(f"private-{zone}", table_id, transit_gateway_id=through)

    def _create_nat_gateways(self, gateway: ec2.InternetGateway) -> SubnetIds:
        addresses: dict[str, pulumi.Output[str]] = {}
        nats: dict[str, pulumi.Output[str]] = {}
        attached = pulumi.ResourceOptions(parent=self, depends_on=[gateway])
        for zone in self._args.nat_zones:
            tags = self._args.tags.named(f"{self._args.scope.name}-nat-{zone}")
            address = ec2.Eip(f"{self._name}-nat-{zone}", domain="vpc", tags=tags, opts=attached)
            nats[zone] = ec2.NatGateway(
                f"{self._name}-nat-{zone}",
                allocation_id=address.id,
                subnet_id=self._args.public_subnet_ids[zone],
                tags=tags,
                opts=attached,
            ).id
            addresses[zone] = address.public_ip
        self.nat_addresses = addresses
        return nats

    def _create_table(
        self, role: str, subnets: list[tuple[str, pulumi.Output[str]]]
    ) -> pulumi.Output[str]:
        table = ec2.RouteTable(
            f"{self._name}-{role}",
            vpc_id=self._args.vpc_id,
            tags=self._args.tags.named(f"{self._args.scope.name}-{role}"),
            opts=self._child,
        )
        for zone, subnet_id in subnets:
            association = ec2.RouteTableAssociation(
                f"{self._name}-{role}" if len(subnets) == 1 else f"{self._name}-{role}-{zone}",
                route_table_id=table.id,
                subnet_id=subnet_id,
                opts=self._child,
            )
            self._routes.append(association.id)
        table_id: pulumi.Output[str] = table.id
        return table_id

    def _create_route(
        self,
        role: str,
        table_id: pulumi.Output[str],
        *,
        gateway_id: pulumi.Output[str] | None = None,
        nat_gateway_id: pulumi.Output[str] | None = None,
        transit_gateway_id: pulumi.Output[str] | None = None,
    ) -> None:
        route = ec2.Route(
            f"{self._name}-{role}",
            route_table_id=table_id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway_id,
            nat_gateway_id=nat_gateway_id,
            transit_gateway_id=transit_gateway_id,
            opts=self._child,
        )
        self._routes.append(route.id)
