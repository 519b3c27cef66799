"""Containers say how much memory they need."""

from policies.cel import Cel, Each
from policies.frameworks import CAPACITY
from policies.pods import WORKLOADS, per_container
from policies.rule import Rule, Severity
from policies.shapes import at

RULE = Rule(
    name="kubernetes-memory-request",
    severity=Severity.HIGH,
    summary="Containers say how much memory they need.",
    remedy="Set resources.requests.memory.",
    resource_types=WORKLOADS,
    frameworks=(*CAPACITY,),
    check=per_container(
        lambda c: not (at(c, "resources.requests.memory") or at(c, "resources.limits.memory")),
        "is placed as if it needed no memory.",
    ),
    cel=Cel(
        each=Each.RESERVED,
        holds="c.?resources.?requests.?memory.hasValue()"
        " || c.?resources.?limits.?memory.hasValue()",
    ),
)
