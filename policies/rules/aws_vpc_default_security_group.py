"""Every VPC has its default security group under control."""

from collections.abc import Iterator

from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Finding, Severity, Stack, StackRule

GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"


def check(stack: Stack) -> Iterator[Finding]:
    """AWS makes one that admits its members and sends everywhere."""
    for vpc in stack.all("aws:ec2/vpc:Vpc"):
        if not stack.referring(vpc, "vpcId", GROUP):
            yield vpc, "Its default security group still has the rules that AWS gave it."


RULE = StackRule(
    name="aws-vpc-default-security-group",
    severity=Severity.MEDIUM,
    summary="Every VPC has its default security group under control.",
    remedy="Add ec2.DefaultSecurityGroup with vpc_id, ingress=[] and egress=[].",
    resource_types=("aws:ec2/vpc:Vpc",),
    frameworks=(
        *NETWORK_BOUNDARY,
        "CIS AWS 3.0.0 5.4",
    ),
    check=check,
)
