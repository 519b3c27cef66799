"""GKE decides by roles, not by the legacy lists."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Rule, Severity
from policies.shapes import switched_off

RULE = Rule(
    name="gcp-gke-legacy-authorization",
    severity=Severity.HIGH,
    summary="GKE decides by roles, not by the legacy lists.",
    remedy="Leave enable_legacy_abac out, or set it to False.",
    resource_types=("gcp:container/cluster:Cluster",),
    frameworks=(
        *LEAST_PRIVILEGE,
        "CIS GKE 1.4.0 5.8.4",
    ),
    check=switched_off(
        "enableLegacyAbac", "Legacy authorization gives rights past every role.", default=False
    ),
)
