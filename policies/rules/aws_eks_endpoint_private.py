"""Nodes reach the API server without leaving the VPC."""

from policies.frameworks import NETWORK_LAYERS
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="aws-eks-endpoint-private",
    severity=Severity.HIGH,
    summary="Nodes reach the API server without leaving the VPC.",
    remedy='Set vpc_config["endpoint_private_access"] to True.',
    resource_types=("aws:eks/cluster:Cluster",),
    frameworks=(
        *NETWORK_LAYERS,
        "CIS EKS 1.5.0 5.4.2",
    ),
    check=switched_on(
        "vpcConfig.endpointPrivateAccess", "Nodes reach it through the internet.", default=False
    ),
)
