"""What can be left of EC2's kinds, in the order in which they can be removed."""

from collections.abc import Iterator

from infra.orphans.kind import Kind, Raw, paged, state_is_not
from infra.preflight.finding import ClientOf
from permissions.names import Scope


def instances(client: ClientOf, scope: Scope) -> Iterator[Raw]:
    for reservation in paged("ec2", "describe_instances", "Reservations")(client, scope):
        yield from reservation["Instances"]


def instance_lives(raw: Raw) -> bool:
    return raw["State"]["Name"] not in ("terminated", "shutting-down")


def own_group(raw: Raw) -> bool:
    """A VPC's default group goes with the VPC."""
    return bool(raw["GroupName"] != "default")


def own_table(raw: Raw) -> bool:
    """A VPC's main table goes with the VPC."""
    return not any(association.get("Main") for association in raw["Associations"])


def peering_lives(raw: Raw) -> bool:
    dead = ("deleted", "deleting", "rejected", "expired", "failed")
    return raw["Status"]["Code"] not in dead


def not_made_for_another(raw: Raw) -> bool:
    """An interface that a load balancer, NAT gateway or endpoint has, goes with it."""
    return not raw.get("RequesterManaged") and raw.get("InterfaceType", "interface") == "interface"


def detachments(_: ClientOf, raw: Raw) -> Iterator[str]:
    for attachment in raw["Attachments"]:
        yield (
            f"ec2 detach-internet-gateway --internet-gateway-id {raw['InternetGatewayId']}"
            f" --vpc-id {attachment['VpcId']}"
        )


def disassociations(_: ClientOf, raw: Raw) -> Iterator[str]:
    for association in raw["Associations"]:
        yield (
            "ec2 disassociate-route-table --association-id"
            f" {association['RouteTableAssociationId']}"
        )


EC2_KINDS = (
    Kind(
        name="instances", list=instances, id="InstanceId", alive=instance_lives,
        rights=("ec2:DescribeInstances",),
        removal=("ec2 terminate-instances --instance-ids {InstanceId}",),
    ),
    Kind(
        name="VPC endpoints", id="VpcEndpointId",
        list=paged("ec2", "describe_vpc_endpoints", "VpcEndpoints"),
        alive=state_is_not("State", "deleted", "deleting"),
        rights=("ec2:DescribeVpcEndpoints",),
        removal=("ec2 delete-vpc-endpoints --vpc-endpoint-ids {VpcEndpointId}",),
    ),
    Kind(
        name="endpoint services", id="ServiceId",
        list=paged("ec2", "describe_vpc_endpoint_service_configurations", "ServiceConfigurations"),
        alive=state_is_not("ServiceState", "deleted", "deleting"),
        rights=("ec2:DescribeVpcEndpointServiceConfigurations",),
        removal=("ec2 delete-vpc-endpoint-service-configurations --service-ids {ServiceId}",),
    ),
    Kind(
        name="NAT gateways", id="NatGatewayId",
        list=paged("ec2", "describe_nat_gateways", "NatGateways"),
        alive=state_is_not("State", "deleted", "deleting"),
        rights=("ec2:DescribeNatGateways",),
        removal=("ec2 delete-nat-gateway --nat-gateway-id {NatGatewayId}",),
    ),
    Kind(
        name="addresses", id="AllocationId",
        list=paged("ec2", "describe_addresses", "Addresses"),
        rights=("ec2:DescribeAddresses",),
        removal=("ec2 release-address --allocation-id {AllocationId}",),
    ),
    Kind(
        name="transit gateway attachments", id="TransitGatewayAttachmentId",
        list=paged(
            "ec2", "describe_transit_gateway_vpc_attachments", "TransitGatewayVpcAttachments"
        ),
        alive=state_is_not("State", "deleted", "deleting", "rejected", "failed"),
        rights=("ec2:DescribeTransitGatewayVpcAttachments",),
        removal=(
            "ec2 delete-transit-gateway-vpc-attachment"
            " --transit-gateway-attachment-id {TransitGatewayAttachmentId}",
        ),
    ),
    Kind(
        name="VPC peerings", id="VpcPeeringConnectionId",
        list=paged("ec2", "describe_vpc_peering_connections", "VpcPeeringConnections"),
        alive=peering_lives,
        rights=("ec2:DescribeVpcPeeringConnections",),
        removal=(
            "ec2 delete-vpc-peering-connection"
            " --vpc-peering-connection-id {VpcPeeringConnectionId}",
        ),
    ),
    Kind(
        name="network interfaces", id="NetworkInterfaceId",
        list=paged("ec2", "describe_network_interfaces", "NetworkInterfaces"),
        names=("Description",), alive=not_made_for_another,
        rights=("ec2:DescribeNetworkInterfaces",),
        removal=("ec2 delete-network-interface --network-interface-id {NetworkInterfaceId}",),
    ),
    Kind(
        name="launch templates", id="LaunchTemplateId",
        list=paged("ec2", "describe_launch_templates", "LaunchTemplates"),
        names=("LaunchTemplateName",),
        rights=("ec2:DescribeLaunchTemplates",),
        removal=("ec2 delete-launch-template --launch-template-id {LaunchTemplateId}",),
    ),
    Kind(
        name="volumes", id="VolumeId",
        list=paged("ec2", "describe_volumes", "Volumes"),
        alive=state_is_not("State", "deleted", "deleting"),
        rights=("ec2:DescribeVolumes",),
        removal=("ec2 delete-volume --volume-id {VolumeId}",),
    ),
    Kind(
        name="snapshots", id="SnapshotId",
        list=paged("ec2", "describe_snapshots", "Snapshots", OwnerIds=["self"]),
        rights=("ec2:DescribeSnapshots",),
        removal=("ec2 delete-snapshot --snapshot-id {SnapshotId}",),
    ),
    Kind(
        name="security groups", id="GroupId",
        list=paged("ec2", "describe_security_groups", "SecurityGroups"),
        names=("GroupName",), alive=own_group,
        rights=("ec2:DescribeSecurityGroups",),
        removal=("ec2 delete-security-group --group-id {GroupId}",),
    ),
    Kind(
        name="flow logs", id="FlowLogId",
        list=paged("ec2", "describe_flow_logs", "FlowLogs"),
        rights=("ec2:DescribeFlowLogs",),
        removal=("ec2 delete-flow-logs --flow-log-ids {FlowLogId}",),
    ),
    Kind(
        name="route tables", id="RouteTableId", before=disassociations,
        list=paged("ec2", "describe_route_tables", "RouteTables"), alive=own_table,
        rights=("ec2:DescribeRouteTables",),
        removal=("ec2 delete-route-table --route-table-id {RouteTableId}",),
    ),
    Kind(
        name="internet gateways", id="InternetGatewayId", before=detachments,
        list=paged("ec2", "describe_internet_gateways", "InternetGateways"),
        rights=("ec2:DescribeInternetGateways",),
        removal=("ec2 delete-internet-gateway --internet-gateway-id {InternetGatewayId}",),
    ),
    Kind(
        name="subnets", id="SubnetId",
        list=paged("ec2", "describe_subnets", "Subnets"),
        rights=("ec2:DescribeSubnets",),
        removal=("ec2 delete-subnet --subnet-id {SubnetId}",),
    ),
    Kind(
        name="VPCs", id="VpcId",
        list=paged("ec2", "describe_vpcs", "Vpcs"),
        rights=("ec2:DescribeVpcs",),
        removal=("ec2 delete-vpc --vpc-id {VpcId}",),
    ),
)  # fmt: skip
