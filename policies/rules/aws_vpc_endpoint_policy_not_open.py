"""A policy of an endpoint admits no foreign accounts by name."""

from collections.abc import Iterator

from policies.documents import statements
from policies.frameworks import OUTBOUND
from policies.rule import Props, Rule, Severity
from policies.shapes import at


def check(props: Props) -> Iterator[str]:
    """Without a policy an endpoint admits whoever IAM admits."""
    for statement in statements(at(props, "policy")):
        if statement.allows and "*" in statement.accounts() and not statement.conditions:
            yield "Its policy admits everyone to everything that IAM does not refuse."


RULE = Rule(
    name="aws-vpc-endpoint-policy-not-open",
    severity=Severity.HIGH,
    summary="A policy of an endpoint admits no foreign accounts by name.",
    remedy="Name principals of your own account in the policy, or leave it out.",
    resource_types=("aws:ec2/vpcEndpoint:VpcEndpoint",),
    frameworks=(*OUTBOUND,),
    check=check,
)
