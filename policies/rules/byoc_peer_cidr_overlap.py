"""No network of a peer overlaps the VPC of the deployment."""

from collections.abc import Iterator

from policies.cidrs import overlap
from policies.frameworks import ADDRESSES
from policies.rule import Finding, Severity, Stack, StackRule
from policies.shapes import at


def check(stack: Stack) -> Iterator[Finding]:
    for route in stack.all("aws:ec2/route:Route"):
        if "vpcPeeringConnectionId" not in set(route.props):
            continue
        cidr = at(route.props, "destinationCidrBlock")
        for vpc in stack.all("aws:ec2/vpc:Vpc"):
            if cidr and overlap(cidr, vpc.props["cidrBlock"]):
                yield route, f"The peer's network {cidr} overlaps the VPC {vpc.props['cidrBlock']}."


RULE = StackRule(
    name="byoc-peer-cidr-overlap",
    severity=Severity.CRITICAL,
    summary="No network of a peer overlaps the VPC of the deployment.",
    remedy="Choose another byoc:network.cidr, or peer only networks outside of it.",
    resource_types=("aws:ec2/route:Route",),
    frameworks=(*ADDRESSES,),
    check=check,
)
