"""No role makes volumes that reach into nodes."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import ROLES, per_grant
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-rbac-no-persistent-volumes",
    severity=Severity.HIGH,
    summary="No role makes volumes that reach into nodes.",
    remedy="Take the verb away, or narrow the resource.",
    resource_types=ROLES,
    frameworks=(*LEAST_PRIVILEGE,),
    check=per_grant(
        "persistentvolumes",
        ("create",),
        "It may {verbs} persistent volumes, also of folders of nodes.",
    ),
)
