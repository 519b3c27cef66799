"""No role makes tokens of service accounts."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import ROLES, per_grant
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-rbac-no-token-requests",
    severity=Severity.HIGH,
    summary="No role makes tokens of service accounts.",
    remedy="Take the verb away, or narrow the resource.",
    resource_types=ROLES,
    frameworks=(*LEAST_PRIVILEGE,),
    check=per_grant(
        "serviceaccounts/token", ("create",), "It may {verbs} tokens of every service account."
    ),
)
