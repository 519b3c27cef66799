"""No role trusts everyone."""

from collections.abc import Iterator

from policies.documents import statements
from policies.frameworks import LEAST_PRIVILEGE, PUBLIC_ACCESS
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    for statement in statements(props["assumeRolePolicy"]):
        if statement.allows and ("*" in statement.accounts() or statement.not_principals):
            yield "Its trust begins with every AWS account there is."


RULE = Rule(
    name="aws-iam-trust-not-anyone",
    severity=Severity.CRITICAL,
    summary="No role trusts everyone.",
    remedy=(
        'Name the principals in the trust, such as "Principal": {"AWS":'
        ' "arn:aws:iam::<account>:role/<name>"}.'
    ),
    resource_types=("aws:iam/role:Role",),
    frameworks=(
        *PUBLIC_ACCESS,
        *LEAST_PRIVILEGE,
    ),
    check=check,
)
