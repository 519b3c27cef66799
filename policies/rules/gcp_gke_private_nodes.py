"""Nodes of GKE have no public address."""

from policies.frameworks import NETWORK_LAYERS
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="gcp-gke-private-nodes",
    severity=Severity.HIGH,
    summary="Nodes of GKE have no public address.",
    remedy='Set private_cluster_config={"enable_private_nodes": True, ...}.',
    resource_types=("gcp:container/cluster:Cluster",),
    frameworks=(
        *NETWORK_LAYERS,
        "CIS GKE 1.4.0 5.6.5",
    ),
    check=switched_on(
        "privateClusterConfig.enablePrivateNodes", "Its nodes have public addresses.", default=False
    ),
)
