"""No role reaches through to the kubelets."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import ROLES, per_grant
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-rbac-no-node-proxy",
    severity=Severity.HIGH,
    summary="No role reaches through to the kubelets.",
    remedy="Take the verb away, or narrow the resource.",
    resource_types=ROLES,
    frameworks=(*LEAST_PRIVILEGE,),
    check=per_grant(
        "nodes/proxy",
        ("get", "create"),
        "It may {verbs} nodes/proxy: it runs commands in every pod.",
    ),
)
