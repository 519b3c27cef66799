"""Nobody in the deployment may take a boundary off a role."""

from collections.abc import Iterator

from policies.documents import statements
from policies.frameworks import LEAST_PRIVILEGE
from policies.rights import GRANTING
from policies.rule import Props, Rule, Severity

REMOVAL = "iam:DeleteRolePermissionsBoundary"


def check(props: Props) -> Iterator[str]:
    for statement in statements(props["policy"]):
        if statement.grants(REMOVAL):
            yield f"It allows {REMOVAL}."


RULE = Rule(
    name="byoc-boundary-stays",
    severity=Severity.CRITICAL,
    summary="Nobody in the deployment may take a boundary off a role.",
    remedy="Take iam:DeleteRolePermissionsBoundary out of the policy.",
    resource_types=GRANTING,
    frameworks=(*LEAST_PRIVILEGE,),
    check=check,
)
