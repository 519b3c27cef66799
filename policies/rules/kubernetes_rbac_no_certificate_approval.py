"""No role approves client certificates."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import ROLES, per_grant
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-rbac-no-certificate-approval",
    severity=Severity.HIGH,
    summary="No role approves client certificates.",
    remedy="Take the verb away, or narrow the resource.",
    resource_types=ROLES,
    frameworks=(*LEAST_PRIVILEGE,),
    check=per_grant(
        "certificatesigningrequests/approval",
        ("update",),
        "It may {verbs} approvals: it can make itself a member of system:masters.",
    ),
)
