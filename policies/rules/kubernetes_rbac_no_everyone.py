"""No right is bound to everyone or to anonymous users."""

from policies.frameworks import LEAST_PRIVILEGE, PUBLIC_ACCESS
from policies.rbac import BINDINGS, no_subject
from policies.rule import Rule, Severity

EVERYONE = (
    "system:anonymous",
    "system:unauthenticated",
    "system:authenticated",
    "system:serviceaccounts",
)


RULE = Rule(
    name="kubernetes-rbac-no-everyone",
    severity=Severity.CRITICAL,
    summary="No right is bound to everyone or to anonymous users.",
    remedy="Bind it to the service account that needs it.",
    resource_types=BINDINGS,
    frameworks=(
        *PUBLIC_ACCESS,
        *LEAST_PRIVILEGE,
    ),
    check=no_subject(lambda s: s["name"] in EVERYONE, "It gives rights to {name}."),
)
