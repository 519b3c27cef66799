"""The default security group of a VPC admits and sends nothing."""

from collections.abc import Iterator

from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Props, Rule, Severity
from policies.shapes import listed


def check(props: Props) -> Iterator[str]:
    for direction in ("ingress", "egress"):
        if listed(props.get(direction)):
            yield f"It has {direction} rules: what names no group of its own gets them."


RULE = Rule(
    name="aws-default-security-group-closed",
    severity=Severity.MEDIUM,
    summary="The default security group of a VPC admits and sends nothing.",
    remedy="Pass ingress=[] and egress=[] to ec2.DefaultSecurityGroup.",
    resource_types=("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",),
    frameworks=(
        *NETWORK_BOUNDARY,
        "CIS AWS 3.0.0 5.4",
    ),
    check=check,
)
