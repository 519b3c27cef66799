"""No role may hand out more rights than it has."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import ROLES, per_grant
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-rbac-no-escalation",
    severity=Severity.CRITICAL,
    summary="No role may hand out more rights than it has.",
    remedy="Take the verb away, or narrow the resource.",
    resource_types=ROLES,
    frameworks=(*LEAST_PRIVILEGE, "CIS EKS 1.5.0 4.1.8"),
    check=per_grant(
        "roles", ("escalate", "bind"), "It may {verbs} roles: it can give itself every right."
    ),
)
