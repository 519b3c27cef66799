"""Containers do not run as root."""

from policies.cel import Cel, Each, inherited_field
from policies.frameworks import ISOLATION, LEAST_PRIVILEGE
from policies.pods import WORKLOADS, inherited
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-non-root",
    severity=Severity.HIGH,
    summary="Containers do not run as root.",
    remedy="Set securityContext.runAsNonRoot: true on the pod or the container.",
    resource_types=WORKLOADS,
    frameworks=(
        *ISOLATION,
        *LEAST_PRIVILEGE,
    ),
    check=inherited("runAsNonRoot", True, "may run as root."),
    cel=Cel(
        each=Each.CONTAINER,
        holds=inherited_field("securityContext.runAsNonRoot", "false"),
    ),
)
