"""Containers drop every capability."""

from policies.cel import Cel, Each, field
from policies.frameworks import ISOLATION
from policies.pods import WORKLOADS, per_container
from policies.rule import Rule, Severity
from policies.shapes import at, listed

RULE = Rule(
    name="kubernetes-drops-capabilities",
    severity=Severity.MEDIUM,
    summary="Containers drop every capability.",
    remedy="Set securityContext.capabilities.drop: [ALL].",
    resource_types=WORKLOADS,
    frameworks=(*ISOLATION,),
    check=per_container(
        lambda c: "ALL" not in listed(at(c, "securityContext.capabilities.drop")),
        "keeps capabilities of root that no server needs.",
    ),
    cel=Cel(
        each=Each.CONTAINER,
        holds="'ALL' in " + field("c", "securityContext.capabilities.drop", "[]"),
    ),
)
