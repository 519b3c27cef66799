"""No container is privileged."""

from policies.cel import Cel, Each, field
from policies.frameworks import ISOLATION
from policies.pods import WORKLOADS, per_container
from policies.rule import Rule, Severity
from policies.shapes import at

RULE = Rule(
    name="kubernetes-no-privileged-containers",
    severity=Severity.CRITICAL,
    summary="No container is privileged.",
    remedy="Take privileged out of its securityContext.",
    resource_types=WORKLOADS,
    frameworks=(
        *ISOLATION,
        "CIS EKS 1.5.0 4.2.1",
    ),
    check=per_container(
        lambda c: bool(at(c, "securityContext.privileged")), "is privileged: it owns the node."
    ),
    cel=Cel(each=Each.CONTAINER, holds="!" + field("c", "securityContext.privileged", "false")),
)
