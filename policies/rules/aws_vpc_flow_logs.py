"""Every VPC has a flow log."""

from collections.abc import Iterator

from policies.frameworks import LOGGING
from policies.rule import Finding, Severity, Stack, StackRule


def check(stack: Stack) -> Iterator[Finding]:
    for vpc in stack.all("aws:ec2/vpc:Vpc"):
        if not stack.referring(vpc, "vpcId", "aws:ec2/flowLog:FlowLog"):
            yield vpc, "Nothing records its connections."


RULE = StackRule(
    name="aws-vpc-flow-logs",
    severity=Severity.HIGH,
    summary="Every VPC has a flow log.",
    remedy="Set byoc:network.flowLogs to all, or add ec2.FlowLog with vpc_id.",
    resource_types=("aws:ec2/vpc:Vpc",),
    frameworks=(
        *LOGGING,
        "CIS AWS 3.0.0 3.7",
    ),
    check=check,
)
