"""Nothing is bound to cluster-admin."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import BINDINGS
from policies.rule import Rule, Severity
from policies.shapes import none_of

RULE = Rule(
    name="kubernetes-rbac-no-cluster-admin",
    severity=Severity.CRITICAL,
    summary="Nothing is bound to cluster-admin.",
    remedy=(
        "Name a Role in roleRef whose rules list the apiGroups, resources and verbs that are"
        " needed."
    ),
    resource_types=BINDINGS,
    frameworks=(
        *LEAST_PRIVILEGE,
        "CIS EKS 1.5.0 4.1.1",
    ),
    check=none_of(
        "roleRef.name",
        ("cluster-admin", "admin", "system:masters"),
        "Its subjects get every right: {value}.",
        default=None,
    ),
)
