"""Rights to attach the VPC to a transit gateway of somebody else's, who has to let it."""

from permissions.conditions import CREATED_WITH_TAG, IN_REGION
from permissions.operator.network import EC2, SUBNET, VPC, WHY_ALL, touch
from permissions.rows import SET_UP, SET_UP_AND_TAKE_DOWN, Feature, Grant, Phase, grants

ATTACHMENT = f"{EC2}transit-gateway-attachment/*"
GATEWAY = "arn:{partition}:ec2:{region}:*:transit-gateway/*"
"""Of any account: it carries its owner's tags, and only who shares it can be attached to."""
ROUTE_TABLE = "arn:{partition}:ec2:{region}:{account}:transit-gateway-route-table/*"
INVITATION = "arn:{partition}:ram:{region}:*:resource-share-invitation/*"
SHARE = "arn:{partition}:ram:{region}:*:resource-share/*"


def hub(
    actions: str, *resources: str, phases: frozenset[Phase] = SET_UP, reason: str = ""
) -> tuple[Grant, ...]:
    return tuple(
        grants(
            actions,
            *resources,
            component="network",
            conditions=(IN_REGION,),
            feature=Feature.HUB,
            phases=phases,
            reason=reason,
        )
    )


HUB = (
    *grants(
        "ec2: CreateTransitGatewayVpcAttachment",
        ATTACHMENT,
        component="network",
        conditions=(CREATED_WITH_TAG,),
        feature=Feature.HUB,
        phases=SET_UP,
    ),
    *hub("ec2: CreateTransitGatewayVpcAttachment", GATEWAY),
    *touch("ec2: CreateTransitGatewayVpcAttachment", VPC, SUBNET, feature=Feature.HUB),
    *touch("ec2: ModifyTransitGatewayVpcAttachment", ATTACHMENT, SUBNET, feature=Feature.HUB),
    *touch(
        "ec2: DeleteTransitGatewayVpcAttachment",
        ATTACHMENT,
        phases=SET_UP_AND_TAKE_DOWN,
        feature=Feature.HUB,
    ),
    *hub(
        "ec2: DescribeTransitGatewayVpcAttachments DescribeTransitGateways",
        "*",
        phases=SET_UP_AND_TAKE_DOWN,
        reason=WHY_ALL,
    ),
    *hub(
        "ec2: GetTransitGatewayRouteTableAssociations GetTransitGatewayRouteTablePropagations",
        ROUTE_TABLE,
        phases=SET_UP_AND_TAKE_DOWN,
    ),
    *hub("ram: AcceptResourceShareInvitation", INVITATION),
    *hub("ram: DisassociateResourceShare", SHARE, phases=SET_UP_AND_TAKE_DOWN),
    *hub(
        "ram: GetResourceShareInvitations GetResourceShares ListResources",
        "*",
        phases=SET_UP_AND_TAKE_DOWN,
        reason="RAM takes no resource in the calls that list shares.",
    ),
)
