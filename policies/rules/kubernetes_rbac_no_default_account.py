"""No right is bound to a default service account."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import BINDINGS, no_subject
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-rbac-no-default-account",
    severity=Severity.HIGH,
    summary="No right is bound to a default service account.",
    remedy="Give the program a service account of its own.",
    resource_types=BINDINGS,
    frameworks=(
        *LEAST_PRIVILEGE,
        "CIS EKS 1.5.0 4.1.5",
    ),
    check=no_subject(
        lambda s: s["kind"] == "ServiceAccount" and s["name"] == "default",
        "It gives rights to the account {name}, which every careless pod shares.",
    ),
)
