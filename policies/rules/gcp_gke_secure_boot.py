"""Nodes of GKE start signed software only."""

from policies.frameworks import HARDENING
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="gcp-gke-secure-boot",
    severity=Severity.MEDIUM,
    summary="Nodes of GKE start signed software only.",
    remedy='Set shielded_instance_config={"enable_secure_boot": True} in node_config.',
    resource_types=("gcp:container/nodePool:NodePool",),
    frameworks=(
        *HARDENING,
        "CIS GKE 1.4.0 5.5.7",
    ),
    check=switched_on(
        "nodeConfig.shieldedInstanceConfig.enableSecureBoot",
        "Its nodes start whatever lies on their disk.",
        default=False,
    ),
)
