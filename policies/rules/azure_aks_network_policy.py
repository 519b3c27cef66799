"""AKS enforces network policies."""

from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Rule, Severity
from policies.shapes import one_of

RULE = Rule(
    name="azure-aks-network-policy",
    severity=Severity.CRITICAL,
    summary="AKS enforces network policies.",
    remedy='Set network_profile={"network_policy": "cilium", ...}.',
    resource_types=("azure-native:containerservice:ManagedCluster",),
    frameworks=(*NETWORK_BOUNDARY,),
    check=one_of(
        "networkProfile.networkPolicy",
        ("azure", "calico", "cilium"),
        "Network policies are accepted and not enforced: {value}.",
        default="none",
    ),
)
