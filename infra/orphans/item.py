"""One thing that the account holds, and whether it is a deployment's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from permissions.names import DEPLOYMENT_TAG, Scope

DNS_OWNER = "external-dns/owner"
OWNED = "owned"
"""Of a VPC's subnets Kubernetes says `shared`: they belong to somebody else."""


@dataclass(frozen=True, kw_only=True)
class Item:
    id: str
    names: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)


def belonging(item: Item, scope: Scope) -> str | None:
    """Why it is this deployment's; None where it is not. A tag decides over a name."""
    deployment = item.tags.get(DEPLOYMENT_TAG)
    if deployment is not None:
        return f"tag {DEPLOYMENT_TAG}={scope.name}" if deployment == scope.name else None
    for key, value in cluster_tags(scope):
        if item.tags.get(key) == value:
            return f"tag {key}={value}"
    for name in item.names:
        if is_own_name(name, scope):
            return f"name {name}"
    return None


def cluster_tags(scope: Scope) -> tuple[tuple[str, str], ...]:
    """How Kubernetes, its drivers, external-dns and EKS mark what they make for a cluster."""
    cluster = scope.cluster_name
    return (
        (DNS_OWNER, scope.name),
        (f"kubernetes.io/cluster/{cluster}", OWNED),
        ("cluster.k8s.amazonaws.com/name", cluster),
        ("elbv2.k8s.aws/cluster", cluster),
        ("eks:cluster-name", cluster),
        ("aws:eks:cluster-name", cluster),
        ("eks:eks-cluster-name", cluster),
        ("KubernetesCluster", cluster),
    )


def is_own_name(name: str, scope: Scope) -> bool:
    cluster = scope.cluster_name
    exact = (cluster, f"Amazon EKS {cluster}")
    beginnings = (
        f"{scope.prefix}-",
        f"alias/{scope.prefix}-",
        f"/byoc/{scope.prefix}/",
        f"/aws/eks/{cluster}/",
        f"eks-cluster-sg-{cluster}-",
    )
    return name in exact or name.startswith(beginnings)
