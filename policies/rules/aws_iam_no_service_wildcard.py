"""No policy allows a whole service on every resource without a condition."""

from collections.abc import Iterator

from policies.documents import statements
from policies.frameworks import LEAST_PRIVILEGE
from policies.rights import GRANTING
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    for statement in statements(props["policy"]):
        if not statement.allows or statement.conditions or "*" not in statement.resources:
            continue
        for action in statement.actions:
            if action.endswith(":*"):
                yield f"It allows {action} on everything."


RULE = Rule(
    name="aws-iam-no-service-wildcard",
    severity=Severity.HIGH,
    summary="No policy allows a whole service on every resource without a condition.",
    remedy=("Name the actions, the resources, or a condition such as aws:RequestedRegion."),
    resource_types=GRANTING,
    frameworks=(*LEAST_PRIVILEGE,),
    check=check,
)
