"""Access entries of a cluster, and the access policies associated with them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

from local.aws.eks.errors import in_use, invalid, not_found, refused
from local.aws.eks.updates import Document

if TYPE_CHECKING:
    from local.aws.eks.cluster import LocalCluster

POLICY_PREFIX = "arn:aws:eks::aws:cluster-access-policy/"
CLUSTER_ADMIN = f"{POLICY_PREFIX}AmazonEKSClusterAdminPolicy"
POLICIES = (
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSViewPolicy",
)
NODE_TYPES = ("EC2", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX", "HYPERPOD_LINUX")


@dataclass(frozen=True, kw_only=True)
class AssociatedPolicy:
    policy_arn: str
    access_scope: Document
    associated_at: datetime
    modified_at: datetime


@dataclass(frozen=True, kw_only=True)
class AccessEntry:
    """Attributes are the API's fields, in snake case."""

    cluster_name: str
    principal_arn: str
    access_entry_arn: str
    kubernetes_groups: list[str]
    username: str
    type: str
    created_at: datetime
    modified_at: datetime
    tags: dict[str, str]
    policies: dict[str, AssociatedPolicy] = field(default_factory=dict)


def create_entry(cluster: LocalCluster, request: Document) -> AccessEntry:
    require_api_mode(cluster)
    principal = request["principalArn"]
    if principal in cluster.access_entries:
        raise in_use(
            f"The specified access entry resource is already in use on this cluster: {principal}"
        )
    groups = checked_groups(request.get("kubernetesGroups") or [])
    kind = request.get("type", "STANDARD")
    if kind != "STANDARD" and kind not in NODE_TYPES:
        raise invalid(f"The access entry type {kind} is not one of STANDARD, {NODE_TYPES}")
    _, _, _, _, account, path = principal.split(":", 5)
    entry = AccessEntry(
        cluster_name=cluster.name,
        principal_arn=principal,
        access_entry_arn=cluster.arn.replace(":cluster/", ":access-entry/")
        + f"/{path.split('/')[0]}/{account}/{path.split('/')[-1]}/{mock_random.uuid4()}",
        kubernetes_groups=groups,
        username=request.get("username") or default_username(principal, kind),
        type=kind,
        created_at=utcnow(),
        modified_at=utcnow(),
        tags=dict(request.get("tags") or {}),
    )
    cluster.access_entries[principal] = entry
    return entry


def find_entry(cluster: LocalCluster, principal: str) -> AccessEntry:
    require_api_mode(cluster)
    entry = cluster.access_entries.get(principal)
    if entry is None:
        raise not_found("access entry", principal)
    return entry


def update_entry(cluster: LocalCluster, request: Document) -> AccessEntry:
    entry = find_entry(cluster, request["principalArn"])
    changed = replace(
        entry,
        kubernetes_groups=checked_groups(
            request.get("kubernetesGroups", entry.kubernetes_groups) or []
        ),
        username=request.get("username") or entry.username,
        modified_at=utcnow(),
    )
    cluster.access_entries[entry.principal_arn] = changed
    return changed


def associate_policy(cluster: LocalCluster, request: Document) -> AssociatedPolicy:
    entry = find_entry(cluster, request["principalArn"])
    arn, scope = request["policyArn"], request["accessScope"]
    if arn.removeprefix(POLICY_PREFIX) not in POLICIES:
        raise invalid(f"The policyArn {arn} is not an EKS access policy")
    if scope.get("type") == "namespace" and not scope.get("namespaces"):
        raise invalid("The accessScope of type namespace needs namespaces")
    if entry.type != "STANDARD":
        raise invalid(f"An access entry of type {entry.type} cannot have access policies")
    old = entry.policies.get(arn)
    policy = AssociatedPolicy(
        policy_arn=arn,
        access_scope={"type": scope["type"], "namespaces": scope.get("namespaces", [])},
        associated_at=old.associated_at if old else utcnow(),
        modified_at=utcnow(),
    )
    entry.policies[arn] = policy
    return policy


def disassociate_policy(cluster: LocalCluster, principal: str, policy_arn: str) -> None:
    entry = find_entry(cluster, principal)
    if entry.policies.pop(policy_arn, None) is None:
        raise not_found("associated access policy", policy_arn)


def default_username(principal: str, kind: str) -> str:
    if kind in NODE_TYPES:
        return "system:node:{{EC2PrivateDNSName}}"
    if ":role/" in principal:
        account, name = principal.split(":")[4], principal.rsplit("/", 1)[-1]
        return f"arn:aws:sts::{account}:assumed-role/{name}/{{{{SessionName}}}}"
    return principal


def require_api_mode(cluster: LocalCluster) -> None:
    if cluster.access_config["authenticationMode"] == "CONFIG_MAP":
        raise refused(
            "The cluster's authentication mode must be set to one of"
            " [API, API_AND_CONFIG_MAP] to perform this operation."
        )


def checked_groups(groups: list[str]) -> list[str]:
    for group in groups:
        if group.startswith("system:"):
            raise invalid(
                f"The kubernetes group name {group} is invalid, it cannot start with system:"
            )
    return list(groups)
