"""Rights about the VPC. Everything made carries the tag, and only what carries it is changed."""

from permissions.conditions import (
    CARRIES_TAG,
    CREATED_WITH_TAG,
    IN_REGION,
    KEEPS_TAG,
    WITHOUT_TAG,
    equals,
)
from permissions.rows import (
    OPERATE,
    SET_UP,
    SET_UP_AND_TAKE_DOWN,
    TAKE_DOWN,
    Feature,
    Grant,
    Phase,
    grants,
)

EC2 = "arn:{partition}:ec2:{region}:{account}:"
VPC, SUBNET, INTERNET_GATEWAY, NAT_GATEWAY, ADDRESS, ROUTE_TABLE, ENDPOINT, GROUP, FLOW_LOG = (
    f"{EC2}{kind}/*"
    for kind in (
        "vpc",
        "subnet",
        "internet-gateway",
        "natgateway",
        "elastic-ip",
        "route-table",
        "vpc-endpoint",
        "security-group",
        "vpc-flow-log",
    )
)
GROUP_RULE = f"{EC2}security-group-rule/*"

MAKERS = (
    "CreateVpc",
    "CreateSubnet",
    "CreateInternetGateway",
    "AllocateAddress",
    "CreateNatGateway",
    "CreateRouteTable",
    "CreateVpcEndpoint",
    "CreateSecurityGroup",
    "CreateFlowLogs",
    "CreateLaunchTemplate",
    "RunInstances",
    "AuthorizeSecurityGroupIngress",
    "CreateVpcPeeringConnection",
    "CreateTransitGatewayVpcAttachment",
    "CreateVpcEndpointServiceConfiguration",
)


def make(actions: str, *made: str) -> tuple[Grant, ...]:
    """Creation, which AWS checks once more against each existing resource that it names."""
    return tuple(
        grants(
            actions,
            *made,
            component="network",
            conditions=(CREATED_WITH_TAG,),
            feature=Feature.NETWORK_WRITE,
            phases=SET_UP,
        )
    )


def touch(
    actions: str,
    *touched: str,
    phases: frozenset[Phase] = SET_UP,
    feature: Feature = Feature.NETWORK_WRITE,
) -> tuple[Grant, ...]:
    return tuple(
        grants(
            actions,
            *touched,
            component="network",
            conditions=(CARRIES_TAG,),
            feature=feature,
            phases=phases,
        )
    )


WHY_ALL = "EC2 takes no resource in its describe calls."

READ = (
    *grants(
        "ec2: DescribeSubnets DescribeSecurityGroups DescribeVpcs",
        "*",
        component="network",
        conditions=(IN_REGION,),
        reason=WHY_ALL,
    ),
    *grants(
        "ec2: DescribeVpcAttribute DescribeInternetGateways DescribeAddresses DescribeNatGateways"
        " DescribeRouteTables DescribeSecurityGroupRules DescribeNetworkAcls DescribeVpcEndpoints"
        " DescribePrefixLists DescribeManagedPrefixLists GetManagedPrefixListEntries"
        " DescribeFlowLogs DescribeNetworkInterfaces",
        "*",
        component="network",
        conditions=(IN_REGION,),
        phases=SET_UP_AND_TAKE_DOWN,
        reason=WHY_ALL,
    ),
)

# A VPC's default group cannot be tagged as it is made. What is taken from it opens nothing.
CLOSING = grants(
    "ec2: RevokeSecurityGroupIngress RevokeSecurityGroupEgress",
    GROUP,
    component="network",
    conditions=(WITHOUT_TAG, IN_REGION),
    feature=Feature.NETWORK_WRITE,
    phases=SET_UP,
)

NETWORK = (
    *READ,
    *CLOSING,
    *make("ec2: CreateVpc", VPC),
    *make("ec2: CreateSubnet", SUBNET),
    *make("ec2: CreateInternetGateway", INTERNET_GATEWAY),
    *make("ec2: AllocateAddress", ADDRESS),
    *make("ec2: CreateNatGateway", NAT_GATEWAY),
    *make("ec2: CreateRouteTable", ROUTE_TABLE),
    *make("ec2: CreateVpcEndpoint", ENDPOINT),
    *make("ec2: CreateSecurityGroup", GROUP),
    *make("ec2: CreateFlowLogs", FLOW_LOG),
    *touch("ec2: CreateSubnet CreateRouteTable CreateSecurityGroup CreateVpcEndpoint", VPC),
    *touch("ec2: CreateFlowLogs ModifyVpcAttribute", VPC),
    *touch("ec2: CreateNatGateway", SUBNET, ADDRESS),
    *touch("ec2: CreateVpcEndpoint", SUBNET, ROUTE_TABLE, GROUP),
    *touch("ec2: AttachInternetGateway", INTERNET_GATEWAY, VPC),
    *touch("ec2: ModifySubnetAttribute", SUBNET, phases=SET_UP),
    *touch("ec2: AssociateRouteTable", SUBNET, ROUTE_TABLE),
    *touch("ec2: CreateRoute ReplaceRoute", ROUTE_TABLE, phases=SET_UP),
    *touch("ec2: ModifyVpcEndpoint", ENDPOINT, ROUTE_TABLE, SUBNET, GROUP, phases=SET_UP),
    *touch("ec2: DeleteVpc", VPC, phases=TAKE_DOWN),
    # Another way out takes away what the former one stood on.
    *touch("ec2: DetachInternetGateway", INTERNET_GATEWAY, VPC, phases=SET_UP_AND_TAKE_DOWN),
    *touch("ec2: DeleteInternetGateway", INTERNET_GATEWAY, phases=SET_UP_AND_TAKE_DOWN),
    *touch("ec2: DeleteNatGateway", NAT_GATEWAY, phases=SET_UP_AND_TAKE_DOWN),
    *touch("ec2: ReleaseAddress", ADDRESS, phases=SET_UP_AND_TAKE_DOWN),
    *touch("ec2: DeleteSubnet", SUBNET, phases=SET_UP_AND_TAKE_DOWN),
    *touch("ec2: DisassociateRouteTable", SUBNET, ROUTE_TABLE, phases=SET_UP_AND_TAKE_DOWN),
    *touch("ec2: DeleteRouteTable DeleteRoute", ROUTE_TABLE, phases=SET_UP_AND_TAKE_DOWN),
    *touch("ec2: DeleteVpcEndpoints", ENDPOINT, phases=SET_UP_AND_TAKE_DOWN),
    *touch("ec2: DeleteFlowLogs", FLOW_LOG, phases=TAKE_DOWN),
    *touch("ec2: DeleteSecurityGroup", GROUP, phases=TAKE_DOWN),
    *touch(
        "ec2: AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress RevokeSecurityGroupEgress",
        GROUP,
        phases=SET_UP_AND_TAKE_DOWN,
        feature=Feature.CORE,
    ),
    *grants(
        "ec2: AuthorizeSecurityGroupIngress",
        GROUP_RULE,
        component="network",
        conditions=(CREATED_WITH_TAG,),
        phases=SET_UP,
    ),
    *grants(
        "ec2: CreateTags",
        f"{EC2}*/*",
        component="network",
        conditions=(CREATED_WITH_TAG, equals("ec2:CreateAction", *MAKERS)),
        phases=SET_UP,
    ),
    *grants(
        "ec2: CreateTags",
        f"{EC2}launch-template/*",
        component="network",
        conditions=(CREATED_WITH_TAG, equals("ec2:CreateAction", "CreateLaunchTemplate")),
        phases=OPERATE,
    ),
    *grants(
        "ec2: CreateTags DeleteTags",
        f"{EC2}*/*",
        component="network",
        conditions=(CARRIES_TAG, KEEPS_TAG),
        phases=SET_UP,
    ),
)
