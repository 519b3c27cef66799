"""No role holds for every kind of object."""

from collections.abc import Iterator

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import ROLES, grants_of
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    for rule in grants_of(props):
        if "*" in rule.resources | rule.groups:
            yield f"It allows {', '.join(sorted(rule.verbs))} on kinds that do not exist yet."


RULE = Rule(
    name="kubernetes-rbac-no-resource-wildcard",
    severity=Severity.HIGH,
    summary="No role holds for every kind of object.",
    remedy="List the resources and their groups.",
    resource_types=ROLES,
    frameworks=(
        *LEAST_PRIVILEGE,
        "CIS EKS 1.5.0 4.1.3",
    ),
    check=check,
)
