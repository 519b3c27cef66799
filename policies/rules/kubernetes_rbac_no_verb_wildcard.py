"""No role allows every verb."""

from collections.abc import Iterator

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import ROLES, grants_of
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    for rule in grants_of(props):
        if "*" in rule.verbs:
            yield f"It allows every verb on {', '.join(sorted(rule.resources)) or 'addresses'}."


RULE = Rule(
    name="kubernetes-rbac-no-verb-wildcard",
    severity=Severity.HIGH,
    summary="No role allows every verb.",
    remedy="List the verbs.",
    resource_types=ROLES,
    frameworks=(
        *LEAST_PRIVILEGE,
        "CIS EKS 1.5.0 4.1.3",
    ),
    check=check,
)
