"""Security groups and their inbound rules say what they are for."""

from collections.abc import Iterator

from policies.rule import Props, Rule, Severity
from policies.shapes import at


def check(props: Props) -> Iterator[str]:
    if (at(props, "description") or "Managed by Pulumi") == "Managed by Pulumi":
        yield "It does not say what it is for."


RULE = Rule(
    name="aws-security-group-description",
    severity=Severity.LOW,
    summary="Security groups and their inbound rules say what they are for.",
    remedy='Pass description="...".',
    resource_types=(
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    ),
    frameworks=(
        "NIST 800-53 CM-8",
        "PCI DSS 1.2.5",
    ),
    check=check,
)
