"""What is made in EC2: most of it has no name, and is found by the tags that it is made with."""

import zlib
from collections.abc import Callable, Iterator

from infra.pending.seen import (
    Kind,
    Look,
    Mark,
    Place,
    Props,
    Seen,
    lives,
    moment,
    name_of,
    own_tags,
    pairs,
)

GONE = ("deleted", "deleting", "terminated", "rejected", "expired")


def state(raw: Props) -> str:
    """Under whichever name a kind has it."""
    found = raw.get("State") or raw.get("ServiceState") or raw.get("Status") or ""
    return str(found.get("Code", "") if isinstance(found, dict) else found).lower()


MOMENTS = ("CreateTime", "CreationTime", "CreationTimestamp")
Use = Callable[[Place, Props], str]


def unused(place: Place, raw: Props) -> str:
    return ""


def attached(place: Place, raw: Props) -> str:
    return "is attached to a VPC" if raw.get("Attachments") else ""


def associated(place: Place, raw: Props) -> str:
    return "is associated" if raw.get("AssociationId") else ""


def with_subnets(place: Place, raw: Props) -> str:
    same = filters(vpc_id=raw["VpcId"])
    subnets = paged(place, "describe_subnets", "Subnets", Filters=same)
    return "has subnets" if any(subnets) else ""


def with_interfaces(place: Place, raw: Props) -> str:
    same = filters(group_id=raw["GroupId"])
    interfaces = paged(place, "describe_network_interfaces", "NetworkInterfaces", Filters=same)
    return "has network interfaces" if any(interfaces) else ""


def filters(**wanted: str) -> list[dict[str, object]]:
    return [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in wanted.items()]


def by_tags(
    operation: str,
    key: str,
    id_: str,
    making: tuple[str, ...] = ("pending",),
    failed: tuple[str, ...] = ("failed",),
    argument: str = "Filters",
    use: Use = unused,
    **same: str,
) -> Look:
    """`same` are filters by name and the property whose value they are given."""

    def look(place: Place, inputs: Props) -> Iterator[Seen]:
        wanted = own_tags(place, inputs)
        asked = [
            *({"Name": f"tag:{tag}", "Values": [value]} for tag, value in wanted.items()),
            *filters(**{name: str(inputs[prop]) for name, prop in same.items()}),
        ]
        for raw in paged(place, operation, key, **{argument: asked}):
            tags = pairs(raw.get("Tags"))
            if state(raw) not in GONE and wanted.items() <= tags.items():
                yield Seen(
                    id=raw[id_],
                    tags=tags,
                    life=lives(making, failed)(state(raw)),
                    made_at=next((moment(raw[key]) for key in MOMENTS if key in raw), None),
                    in_use=use(place, raw),
                )

    return look


def paged(place: Place, operation: str, key: str, **asked: object) -> Iterator[Props]:
    ec2 = place.client("ec2")
    if not ec2.can_paginate(operation):
        yield from getattr(ec2, operation)(**asked)[key]
        return
    for page in ec2.get_paginator(operation).paginate(**asked):
        yield from page[key]


def by_group_name(place: Place, inputs: Props) -> Iterator[Seen]:
    same = filters(group_name=inputs["name"], vpc_id=inputs["vpcId"])
    for raw in paged(place, "describe_security_groups", "SecurityGroups", Filters=same):
        tags = pairs(raw.get("Tags"))
        yield Seen(id=raw["GroupId"], tags=tags, in_use=with_interfaces(place, raw))


def by_template_name(place: Place, inputs: Props) -> Iterator[Seen]:
    same = filters(launch_template_name=inputs["name"])
    for raw in paged(place, "describe_launch_templates", "LaunchTemplates", Filters=same):
        tags, made_at = pairs(raw.get("Tags")), moment(raw.get("CreateTime"))
        yield Seen(id=raw["LaunchTemplateId"], tags=tags, made_at=made_at)


DESTINATIONS = {
    "destinationCidrBlock": "DestinationCidrBlock",
    "destinationIpv6CidrBlock": "DestinationIpv6CidrBlock",
    "destinationPrefixListId": "DestinationPrefixListId",
}


def by_destination(place: Place, inputs: Props) -> Iterator[Seen]:
    table = inputs["routeTableId"]
    same = filters(route_table_id=table)
    for found in paged(place, "describe_route_tables", "RouteTables", Filters=same):
        for route in found["Routes"]:
            for prop, field in DESTINATIONS.items():
                wanted = inputs.get(prop)
                if wanted and route.get(field) == wanted and route.get("GatewayId") != "local":
                    number = zlib.crc32(wanted.encode())
                    yield Seen(id=f"{table}_{wanted}", also=(f"r-{table}{number}",))


def by_place(place: Place, inputs: Props) -> Iterator[Seen]:
    table = inputs["routeTableId"]
    held = inputs.get("subnetId") or inputs.get("gatewayId")
    same = filters(route_table_id=table)
    for found in paged(place, "describe_route_tables", "RouteTables", Filters=same):
        for each in found.get("Associations", []):
            if held in (each.get("SubnetId"), each.get("GatewayId")):
                yield Seen(id=f"{held}/{table}", also=(each["RouteTableAssociationId"],))


def by_connection(place: Place, inputs: Props) -> Iterator[Seen]:
    service, endpoint = inputs["vpcEndpointServiceId"], inputs["vpcEndpointId"]
    same = filters(service_id=service, vpc_endpoint_id=endpoint)
    found = paged(
        place, "describe_vpc_endpoint_connections", "VpcEndpointConnections", Filters=same
    )
    for raw in found:
        if raw["VpcEndpointState"] in ("available", "pending"):
            yield Seen(id=f"{service}_{endpoint}")


RULE = {"fromPort": "FromPort", "toPort": "ToPort", "cidrIpv4": "CidrIpv4"}


def by_rule(direction: str) -> Look:
    """Of the same group and direction: several groups may have a rule of the same name."""

    def look(place: Place, inputs: Props) -> Iterator[Seen]:
        same = filters(group_id=inputs["securityGroupId"])
        found = paged(place, "describe_security_group_rules", "SecurityGroupRules", Filters=same)
        for raw in found:
            tags = pairs(raw.get("Tags"))
            told = "egress" if raw["IsEgress"] else "ingress"
            alike = all(raw.get(f) == inputs[p] for p, f in RULE.items() if p in inputs)
            if alike and told == direction and tags.get("Name") == name_of(inputs):
                yield Seen(id=raw["SecurityGroupRuleId"], tags=tags)

    return look


EC2_KINDS = (
    Kind(
        type="aws:ec2/eip:Eip",
        look=by_tags("describe_addresses", "Addresses", "AllocationId", use=associated),
        rights=("ec2:DescribeAddresses",),
    ),
    Kind(
        type="aws:ec2/flowLog:FlowLog",
        look=by_tags("describe_flow_logs", "FlowLogs", "FlowLogId", argument="Filter"),
        rights=("ec2:DescribeFlowLogs",),
    ),
    Kind(
        type="aws:ec2/internetGateway:InternetGateway",
        look=by_tags(
            "describe_internet_gateways", "InternetGateways", "InternetGatewayId", use=attached
        ),
        rights=("ec2:DescribeInternetGateways",),
    ),
    Kind(
        type="aws:ec2/launchTemplate:LaunchTemplate",
        look=by_template_name,
        rights=("ec2:DescribeLaunchTemplates",),
    ),
    Kind(
        type="aws:ec2/natGateway:NatGateway",
        look=by_tags("describe_nat_gateways", "NatGateways", "NatGatewayId", argument="Filter"),
        rights=("ec2:DescribeNatGateways",),
    ),
    Kind(
        type="aws:ec2/route:Route",
        look=by_destination,
        rights=("ec2:DescribeRouteTables",),
        mark=Mark.HOLDER,
    ),
    Kind(
        type="aws:ec2/routeTable:RouteTable",
        look=by_tags("describe_route_tables", "RouteTables", "RouteTableId", vpc_id="vpcId"),
        rights=("ec2:DescribeRouteTables",),
    ),
    Kind(
        type="aws:ec2/routeTableAssociation:RouteTableAssociation",
        look=by_place,
        rights=("ec2:DescribeRouteTables",),
        mark=Mark.HOLDER,
    ),
    Kind(
        type="aws:ec2/securityGroup:SecurityGroup",
        look=by_group_name,
        rights=("ec2:DescribeSecurityGroups", "ec2:DescribeNetworkInterfaces"),
    ),
    Kind(
        type="aws:ec2/subnet:Subnet",
        look=by_tags("describe_subnets", "Subnets", "SubnetId", vpc_id="vpcId"),
        rights=("ec2:DescribeSubnets",),
    ),
    Kind(
        type="aws:ec2/vpc:Vpc",
        look=by_tags("describe_vpcs", "Vpcs", "VpcId", use=with_subnets),
        rights=("ec2:DescribeVpcs", "ec2:DescribeSubnets"),
    ),
    Kind(
        type="aws:ec2/vpcEndpoint:VpcEndpoint",
        look=by_tags("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", vpc_id="vpcId"),
        rights=("ec2:DescribeVpcEndpoints",),
    ),
    Kind(
        type="aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter",
        look=by_connection,
        rights=("ec2:DescribeVpcEndpointConnections",),
        mark=Mark.HOLDER,
    ),
    Kind(
        type="aws:ec2/vpcEndpointService:VpcEndpointService",
        look=by_tags(
            "describe_vpc_endpoint_service_configurations", "ServiceConfigurations", "ServiceId"
        ),
        rights=("ec2:DescribeVpcEndpointServiceConfigurations",),
    ),
    Kind(
        type="aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        look=by_tags(
            "describe_vpc_peering_connections",
            "VpcPeeringConnections",
            "VpcPeeringConnectionId",
            making=("initiating-request", "provisioning"),
        ),
        rights=("ec2:DescribeVpcPeeringConnections",),
    ),
    Kind(
        type="aws:ec2transitgateway/vpcAttachment:VpcAttachment",
        look=by_tags(
            "describe_transit_gateway_vpc_attachments",
            "TransitGatewayVpcAttachments",
            "TransitGatewayAttachmentId",
        ),
        rights=("ec2:DescribeTransitGatewayVpcAttachments",),
    ),
    Kind(
        type="aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        look=by_rule("egress"),
        rights=("ec2:DescribeSecurityGroupRules",),
    ),
    Kind(
        type="aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        look=by_rule("ingress"),
        rights=("ec2:DescribeSecurityGroupRules",),
    ),
)
