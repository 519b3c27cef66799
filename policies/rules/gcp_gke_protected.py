"""GKE clusters are protected from deletion."""

from policies.frameworks import RECOVERY
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="gcp-gke-protected",
    severity=Severity.HIGH,
    summary="GKE clusters are protected from deletion.",
    remedy="Leave deletion_protection out, or set it to True.",
    resource_types=("gcp:container/cluster:Cluster",),
    frameworks=(*RECOVERY,),
    check=switched_on("deletionProtection", "One destroy deletes it.", default=True),
)
