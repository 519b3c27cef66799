"""Roles that a foreign account takes on can read no object, secret or key."""

from collections.abc import Iterator

from policies.frameworks import LEAST_PRIVILEGE, THIRD_PARTY
from policies.rights import ROLE, granted
from policies.rule import Finding, Severity, Stack, StackRule
from policies.trusts import foreign

READS = ("s3:GetObject", "s3:GetObjectVersion", "kms:Decrypt", "secretsmanager:GetSecretValue")


def check(stack: Stack) -> Iterator[Finding]:
    for role in stack.all(ROLE):
        if not any(True for _ in foreign(role.props)):
            continue
        for policy, statement in granted(stack, role):
            for action in READS:
                if statement.grants(action):
                    yield policy, f"It lets a foreign account do {action} as {role.name}."


RULE = StackRule(
    name="byoc-operator-reads-no-data",
    severity=Severity.CRITICAL,
    summary="Roles that a foreign account takes on can read no object, secret or key.",
    remedy=("Take the action out of the policy: the operator manages infrastructure, never data."),
    resource_types=(
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/policy:Policy",
    ),
    frameworks=(
        *THIRD_PARTY,
        *LEAST_PRIVILEGE,
    ),
    check=check,
)
