"""A foreign account is let in by the name of its roles, never as a whole."""

from collections.abc import Iterator

from policies.documents import account_of
from policies.frameworks import LEAST_PRIVILEGE, THIRD_PARTY
from policies.rule import Props, Rule, Severity
from policies.trusts import foreign, is_whole_account


def check(props: Props) -> Iterator[str]:
    for statement, principal in foreign(props):
        if not is_whole_account(principal):
            continue
        patterns = statement.demanded("aws:PrincipalArn")
        if not patterns:
            yield f"Every identity of {principal} can take on this role."
        for pattern in patterns:
            if not is_narrow(pattern):
                yield f"The pattern {pattern} admits every role of {principal}."


def is_narrow(pattern: str) -> bool:
    account, _, name = account_of(pattern), *pattern.partition(":role/")[1:]
    return account.isdigit() and bool(name.strip("*/"))


RULE = Rule(
    name="byoc-trust-principal-pattern",
    severity=Severity.CRITICAL,
    summary="A foreign account is let in by the name of its roles, never as a whole.",
    remedy=(
        'Add "StringLike": {"aws:PrincipalArn":'
        ' "arn:aws:iam::<account>:role/<pattern>"} to the trust.'
    ),
    resource_types=("aws:iam/role:Role",),
    frameworks=(
        *THIRD_PARTY,
        *LEAST_PRIVILEGE,
    ),
    check=check,
)
