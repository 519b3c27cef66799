"""No policy allows every action on every resource."""

from collections.abc import Iterator

from policies.documents import statements
from policies.frameworks import LEAST_PRIVILEGE
from policies.rights import GRANTING
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    for statement in statements(props["policy"]):
        everything = "*" in statement.actions or "*:*" in statement.actions
        if statement.allows and everything and "*" in statement.resources:
            yield f"The statement {statement.sid or 'without Sid'} allows everything everywhere."


RULE = Rule(
    name="aws-iam-no-administrator",
    severity=Severity.CRITICAL,
    summary="No policy allows every action on every resource.",
    remedy=(
        'Name the actions and the resources, such as "Action": "s3:GetObject", "Resource":'
        ' "arn:aws:s3:::<bucket>/*".'
    ),
    resource_types=GRANTING,
    frameworks=(
        *LEAST_PRIVILEGE,
        "CIS AWS 3.0.0 1.16",
    ),
    check=check,
)
