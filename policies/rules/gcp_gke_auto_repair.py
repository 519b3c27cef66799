"""Nodes of GKE that fail are made anew."""

from policies.frameworks import AVAILABILITY
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="gcp-gke-auto-repair",
    severity=Severity.MEDIUM,
    summary="Nodes of GKE that fail are made anew.",
    remedy='Set management={"auto_upgrade": True, "auto_repair": True}.',
    resource_types=("gcp:container/nodePool:NodePool",),
    frameworks=(
        *AVAILABILITY,
        "CIS GKE 1.4.0 5.5.2",
    ),
    check=switched_on("management.autoRepair", "A node that fails stays.", default=True),
)
