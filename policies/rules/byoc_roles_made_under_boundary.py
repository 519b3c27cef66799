"""Who may create roles or grant them rights may do so only under the boundary."""

from collections.abc import Iterator

from policies.documents import statements
from policies.frameworks import LEAST_PRIVILEGE
from policies.rights import GRANTING
from policies.rule import Props, Rule, Severity

GRANTS = (
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "iam:AttachRolePolicy",
    "iam:PutRolePermissionsBoundary",
)


def check(props: Props) -> Iterator[str]:
    for statement in statements(props["policy"]):
        if statement.demanded("iam:PermissionsBoundary"):
            continue
        for action in GRANTS:
            if statement.grants(action):
                yield f"It allows {action} without the condition iam:PermissionsBoundary."


RULE = Rule(
    name="byoc-roles-made-under-boundary",
    severity=Severity.CRITICAL,
    summary="Who may create roles or grant them rights may do so only under the boundary.",
    remedy=(
        'Add "StringEquals": {"iam:PermissionsBoundary": <ARN of the boundary>} to the statement.'
    ),
    resource_types=GRANTING,
    frameworks=(*LEAST_PRIVILEGE,),
    check=check,
)
