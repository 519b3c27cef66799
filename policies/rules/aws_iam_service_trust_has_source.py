"""A service that works for many accounts takes a role on for this one only."""

from collections.abc import Iterator

from policies.documents import statements
from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Parameters, Props, Rule, Severity


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    """EC2 and Lambda hand a role to their own instances only, and send no source."""
    for statement in statements(props["assumeRolePolicy"]):
        if statement.demanded("aws:SourceAccount") or statement.demanded("aws:SourceArn"):
            continue
        for service in statement.principals.get("Service", ()):
            if statement.allows and service in parameters["services"]:
                yield f"{service} takes it on for whoever asks: no aws:SourceAccount."


RULE = Rule(
    name="aws-iam-service-trust-has-source",
    severity=Severity.MEDIUM,
    summary="A service that works for many accounts takes a role on for this one only.",
    remedy='Add "StringEquals": {"aws:SourceAccount": "<account>"} to the trust.',
    resource_types=("aws:iam/role:Role",),
    frameworks=(
        *LEAST_PRIVILEGE,
        "AWS Well-Architected SEC03-BP07",
    ),
    parameters={
        "services": [
            "eks.amazonaws.com",
            "vpc-flow-logs.amazonaws.com",
            "pods.eks.amazonaws.com",
            "cloudtrail.amazonaws.com",
            "config.amazonaws.com",
            "delivery.logs.amazonaws.com",
        ]
    },
    check=check,
)
