"""No role may act as another user."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import ROLES, per_grant
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-rbac-no-impersonation",
    severity=Severity.CRITICAL,
    summary="No role may act as another user.",
    remedy="Take the verb away, or narrow the resource.",
    resource_types=ROLES,
    frameworks=(*LEAST_PRIVILEGE, "CIS EKS 1.5.0 4.1.8"),
    check=per_grant("users", ("impersonate",), "It may {verbs} users."),
)
