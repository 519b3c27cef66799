"""No private subnet has a route to an internet gateway."""

from collections.abc import Iterator

from policies.frameworks import NETWORK_LAYERS
from policies.rule import Finding, Severity, Stack, StackRule
from policies.shapes import at

ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
TABLE = "aws:ec2/routeTable:RouteTable"


def check(stack: Stack) -> Iterator[Finding]:
    """From subnet to association to table to route."""
    for subnet in stack.all("aws:ec2/subnet:Subnet"):
        if "kubernetes.io/role/internal-elb" not in (at(subnet.props, "tags") or {}):
            continue
        for association in stack.referring(subnet, "subnetId", ASSOCIATION):
            for table in stack.referred(association, "routeTableId", TABLE):
                for route in stack.referring(table, "routeTableId", "aws:ec2/route:Route"):
                    if "gatewayId" in set(route.props):
                        yield route, f"It leads the private subnet {subnet.name} to the internet."


RULE = StackRule(
    name="byoc-private-subnets-stay-private",
    severity=Severity.CRITICAL,
    summary="No private subnet has a route to an internet gateway.",
    remedy=(
        "Set nat_gateway_id instead of gateway_id on its route, or take the tag"
        " kubernetes.io/role/internal-elb off the subnet."
    ),
    resource_types=("aws:ec2/route:Route",),
    frameworks=(
        *NETWORK_LAYERS,
        "CIS EKS 1.5.0 5.4.3",
    ),
    check=check,
)
