"""Rights to ask for VPC peerings. To accept one, the operator has no right in any account."""

from permissions.conditions import CREATED_WITH_TAG, IN_REGION
from permissions.operator.network import EC2, VPC, WHY_ALL, touch
from permissions.rows import SET_UP, SET_UP_AND_TAKE_DOWN, Feature, grants

CONNECTION = f"{EC2}vpc-peering-connection/*"

PEERING = (
    *grants(
        "ec2: CreateVpcPeeringConnection",
        CONNECTION,
        component="network",
        conditions=(CREATED_WITH_TAG,),
        feature=Feature.PEERING,
        phases=SET_UP,
    ),
    *grants(
        "ec2: DescribeVpcPeeringConnections",
        "*",
        component="network",
        conditions=(IN_REGION,),
        feature=Feature.PEERING,
        phases=SET_UP_AND_TAKE_DOWN,
        reason=WHY_ALL,
    ),
    *touch("ec2: CreateVpcPeeringConnection", VPC, feature=Feature.PEERING),
    *touch("ec2: ModifyVpcPeeringConnectionOptions", CONNECTION, feature=Feature.PEERING),
    *touch(
        "ec2: DeleteVpcPeeringConnection",
        CONNECTION,
        phases=SET_UP_AND_TAKE_DOWN,
        feature=Feature.PEERING,
    ),
)
