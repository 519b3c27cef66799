"""No role changes what is admitted to the cluster."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import ROLES, per_grant
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-rbac-no-admission-changes",
    severity=Severity.HIGH,
    summary="No role changes what is admitted to the cluster.",
    remedy="Take the verb away, or narrow the resource.",
    resource_types=ROLES,
    frameworks=(*LEAST_PRIVILEGE,),
    check=per_grant(
        "mutatingwebhookconfigurations",
        ("create", "update", "patch"),
        "It may {verbs} webhooks, which see and change every object.",
    ),
)
