"""The Kubernetes API server is closed to the internet at large."""

from collections.abc import Iterator

from policies.cidrs import wide
from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Props, Rule, Severity
from policies.shapes import at, is_on, listed


def check(props: Props) -> Iterator[str]:
    """AWS opens it to everyone unless told otherwise."""
    if not is_on(True if (on := at(props, "vpcConfig.endpointPublicAccess")) is None else on):
        return
    cidrs = listed(at(props, "vpcConfig.publicAccessCidrs")) or ["0.0.0.0/0"]
    for cidr in wide(cidrs):
        yield f"It accepts connections from {cidr}."


RULE = Rule(
    name="aws-eks-endpoint-not-open",
    severity=Severity.CRITICAL,
    summary="The Kubernetes API server is closed to the internet at large.",
    remedy="Set byoc:cluster.apiAllowedCidrs to the networks that may connect.",
    resource_types=("aws:eks/cluster:Cluster",),
    frameworks=(
        *NETWORK_BOUNDARY,
        "CIS EKS 1.5.0 5.4.1",
    ),
    check=check,
)
