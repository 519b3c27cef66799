"""A deployment makes no IAM users, access keys or console passwords."""

from collections.abc import Iterator

from policies.frameworks import CREDENTIALS
from policies.rule import Finding, Severity, Stack, StackRule

KINDS = (
    "aws:iam/user:User",
    "aws:iam/accessKey:AccessKey",
    "aws:iam/userLoginProfile:UserLoginProfile",
)


def check(stack: Stack) -> Iterator[Finding]:
    for identity in stack.all(*KINDS):
        yield identity, "Its credentials never expire, and their secret lies in the state."


RULE = StackRule(
    name="aws-iam-no-lasting-credentials",
    severity=Severity.HIGH,
    summary="A deployment makes no IAM users, access keys or console passwords.",
    remedy="Use a role: EKS Pod Identity for pods, identity federation for people.",
    resource_types=(
        "aws:iam/user:User",
        "aws:iam/accessKey:AccessKey",
        "aws:iam/userLoginProfile:UserLoginProfile",
    ),
    frameworks=(*CREDENTIALS,),
    check=check,
)
