"""No container may gain more rights than it starts with."""

from policies.cel import Cel, Each, field
from policies.frameworks import ISOLATION
from policies.pods import WORKLOADS, per_container
from policies.rule import Rule, Severity
from policies.shapes import at

RULE = Rule(
    name="kubernetes-no-privilege-escalation",
    severity=Severity.HIGH,
    summary="No container may gain more rights than it starts with.",
    remedy="Set securityContext.allowPrivilegeEscalation: false.",
    resource_types=WORKLOADS,
    frameworks=(
        *ISOLATION,
        "CIS EKS 1.5.0 4.2.5",
    ),
    check=per_container(
        lambda c: at(c, "securityContext.allowPrivilegeEscalation") is not False,
        "may gain rights by setuid programs.",
    ),
    cel=Cel(
        each=Each.CONTAINER,
        holds="!" + field("c", "securityContext.allowPrivilegeEscalation", "true"),
    ),
)
