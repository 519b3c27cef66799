"""No cluster role reads the Secrets of every namespace."""

from collections.abc import Iterator

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import CLUSTER_ROLE, grants_of
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    for rule in grants_of(props):
        verbs = rule.allows("secrets", "get", "list", "watch")
        if verbs and not rule.names:
            yield f"It may {', '.join(verbs)} the Secrets of every namespace."


RULE = Rule(
    name="kubernetes-rbac-no-cluster-secrets",
    severity=Severity.CRITICAL,
    summary="No cluster role reads the Secrets of every namespace.",
    remedy="Use a Role in one namespace, or resourceNames.",
    resource_types=(CLUSTER_ROLE,),
    frameworks=(
        *LEAST_PRIVILEGE,
        "CIS EKS 1.5.0 4.1.2",
    ),
    check=check,
)
