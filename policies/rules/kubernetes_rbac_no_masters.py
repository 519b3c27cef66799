"""No right is bound to the group system:masters."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import BINDINGS, no_subject
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-rbac-no-masters",
    severity=Severity.CRITICAL,
    summary="No right is bound to the group system:masters.",
    remedy="Bind it to a group of your own.",
    resource_types=BINDINGS,
    frameworks=(*LEAST_PRIVILEGE, "CIS EKS 1.5.0 4.1.7"),
    check=no_subject(
        lambda s: s["name"] == "system:masters", "It names {name}, which no rule can stop."
    ),
)
