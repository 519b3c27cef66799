"""Pods of GKE have identities of their own."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Rule, Severity
from policies.shapes import given

RULE = Rule(
    name="gcp-gke-workload-identity",
    severity=Severity.HIGH,
    summary="Pods of GKE have identities of their own.",
    remedy='Set workload_identity_config={"workload_pool": "<project>.svc.id.goog"}.',
    resource_types=("gcp:container/cluster:Cluster",),
    frameworks=(
        *LEAST_PRIVILEGE,
        "CIS GKE 1.4.0 5.2.2",
    ),
    check=given("workloadIdentityConfig.workloadPool", "Its pods use the identity of their node."),
)
