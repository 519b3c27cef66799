"""Clusters are upgraded in time instead of paying for extended support."""

from policies.frameworks import PATCHING
from policies.rule import Rule, Severity
from policies.shapes import one_of

RULE = Rule(
    name="aws-eks-standard-support",
    severity=Severity.LOW,
    summary="Clusters are upgraded in time instead of paying for extended support.",
    remedy='Set upgrade_policy={"support_type": "STANDARD"}.',
    resource_types=("aws:eks/cluster:Cluster",),
    frameworks=(*PATCHING,),
    check=one_of(
        "upgradePolicy.supportType",
        ("STANDARD",),
        "It may stay on an old version, at six times the price.",
        default="EXTENDED",
    ),
)
