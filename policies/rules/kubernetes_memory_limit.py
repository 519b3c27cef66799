"""Containers have a memory limit: one cannot starve the others."""

from policies.cel import Cel, Each, field
from policies.frameworks import CAPACITY
from policies.pods import WORKLOADS, per_container
from policies.rule import Rule, Severity
from policies.shapes import at

RULE = Rule(
    name="kubernetes-memory-limit",
    severity=Severity.HIGH,
    summary="Containers have a memory limit: one cannot starve the others.",
    remedy="Set resources.limits.memory.",
    resource_types=WORKLOADS,
    frameworks=(*CAPACITY,),
    check=per_container(
        lambda c: not (at(c, "resources.limits.memory")), "may take all memory of its node."
    ),
    cel=Cel(each=Each.RESERVED, holds=field("c", "resources.limits.memory", "''") + " != ''"),
)
