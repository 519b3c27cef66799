"""No role may hand out more rights in the cluster than it has."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import ROLES, per_grant
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-rbac-no-cluster-escalation",
    severity=Severity.CRITICAL,
    summary="No role may hand out more rights in the cluster than it has.",
    remedy="Take the verb away, or narrow the resource.",
    resource_types=ROLES,
    frameworks=(*LEAST_PRIVILEGE,),
    check=per_grant(
        "clusterroles",
        ("escalate", "bind"),
        "It may {verbs} cluster roles: it can give itself every right.",
    ),
)
