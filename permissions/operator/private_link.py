"""Rights to offer the private load balancer to other VPCs. The load balancer itself is the
cluster's: the operator only looks for it."""

from permissions.conditions import CREATED_WITH_TAG, IN_REGION
from permissions.operator.network import EC2, WHY_ALL, touch
from permissions.rows import (
    ALWAYS,
    SET_UP,
    SET_UP_AND_TAKE_DOWN,
    Feature,
    Grant,
    Phase,
    grants,
)

SERVICE = f"{EC2}vpc-endpoint-service/*"


def look(actions: str, phases: frozenset[Phase], reason: str) -> tuple[Grant, ...]:
    return tuple(
        grants(
            actions,
            "*",
            component="network",
            conditions=(IN_REGION,),
            feature=Feature.PRIVATE_LINK,
            phases=phases,
            reason=reason,
        )
    )


PRIVATE_LINK = (
    *grants(
        "ec2: CreateVpcEndpointServiceConfiguration",
        SERVICE,
        component="network",
        conditions=(CREATED_WITH_TAG,),
        feature=Feature.PRIVATE_LINK,
        phases=SET_UP,
    ),
    *touch(
        "ec2: ModifyVpcEndpointServiceConfiguration ModifyVpcEndpointServicePermissions"
        " StartVpcEndpointServicePrivateDnsVerification AcceptVpcEndpointConnections",
        SERVICE,
        feature=Feature.PRIVATE_LINK,
    ),
    *touch(
        "ec2: RejectVpcEndpointConnections DeleteVpcEndpointServiceConfigurations",
        SERVICE,
        phases=SET_UP_AND_TAKE_DOWN,
        feature=Feature.PRIVATE_LINK,
    ),
    *grants(
        "vpce: AllowMultiRegion",
        SERVICE,
        component="network",
        conditions=(IN_REGION,),
        feature=Feature.PRIVATE_LINK,
        phases=SET_UP,
    ),
    *look(
        "ec2: DescribeVpcEndpointServiceConfigurations DescribeVpcEndpointServicePermissions"
        " DescribeVpcEndpointConnections",
        SET_UP_AND_TAKE_DOWN,
        WHY_ALL,
    ),
    # Each run of the program looks for it, whichever role runs it.
    *look(
        "elasticloadbalancing: DescribeLoadBalancers DescribeTags DescribeLoadBalancerAttributes",
        ALWAYS,
        "Elastic Load Balancing takes no resource in its describe calls.",
    ),
)
