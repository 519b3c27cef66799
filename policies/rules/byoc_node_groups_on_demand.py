"""Nodes of a database are on demand: spot nodes go within two minutes."""

from policies.frameworks import AVAILABILITY
from policies.rule import Rule, Severity
from policies.shapes import one_of

RULE = Rule(
    name="byoc-node-groups-on-demand",
    severity=Severity.HIGH,
    summary="Nodes of a database are on demand: spot nodes go within two minutes.",
    remedy='Leave capacity_type out, or set it to "ON_DEMAND".',
    resource_types=("aws:eks/nodeGroup:NodeGroup",),
    frameworks=(*AVAILABILITY,),
    check=one_of(
        "capacityType",
        ("ON_DEMAND", "CAPACITY_BLOCK"),
        "Its capacity type is {value}.",
        default="ON_DEMAND",
    ),
)
