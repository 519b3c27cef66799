"""Containers say how much CPU they need."""

from policies.cel import Cel, Each
from policies.frameworks import CAPACITY
from policies.pods import WORKLOADS, per_container
from policies.rule import Rule, Severity
from policies.shapes import at

RULE = Rule(
    name="kubernetes-cpu-request",
    severity=Severity.MEDIUM,
    summary="Containers say how much CPU they need.",
    remedy="Set resources.requests.cpu.",
    resource_types=WORKLOADS,
    frameworks=(*CAPACITY,),
    check=per_container(
        lambda c: not (at(c, "resources.requests.cpu") or at(c, "resources.limits.cpu")),
        "is placed as if it needed no CPU.",
    ),
    cel=Cel(
        each=Each.RESERVED,
        holds="c.?resources.?requests.?cpu.hasValue() || c.?resources.?limits.?cpu.hasValue()",
    ),
)
