"""Nodes of GKE are upgraded."""

from policies.frameworks import PATCHING
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="gcp-gke-auto-upgrade",
    severity=Severity.MEDIUM,
    summary="Nodes of GKE are upgraded.",
    remedy='Set management={"auto_upgrade": True, "auto_repair": True}.',
    resource_types=("gcp:container/nodePool:NodePool",),
    frameworks=(
        *PATCHING,
        "CIS GKE 1.4.0 5.5.3",
    ),
    check=switched_on(
        "management.autoUpgrade", "Its nodes keep the version they were made with.", default=True
    ),
)
