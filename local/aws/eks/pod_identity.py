"""Pod identity associations: which role the pods of a service account have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

from local.aws.eks.errors import in_use, not_found
from local.aws.eks.updates import Document

if TYPE_CHECKING:
    from local.aws.eks.cluster import LocalCluster


@dataclass(frozen=True, kw_only=True)
class PodIdentityAssociation:
    """Attributes are the API's fields, in snake case."""

    cluster_name: str
    namespace: str
    service_account: str
    role_arn: str
    association_arn: str
    association_id: str
    tags: dict[str, str]
    created_at: datetime
    modified_at: datetime
    disable_session_tags: bool
    target_role_arn: str | None
    external_id: str | None
    policy: str | None
    owner_arn: str | None = None


def create_association(
    cluster: LocalCluster, request: Document, owner_arn: str | None = None
) -> PodIdentityAssociation:
    namespace, account = request["namespace"], request["serviceAccount"]
    if association_of(cluster, namespace, account):
        raise in_use(
            f"Association already exists: service account {account} in namespace {namespace}"
        )
    id_ = f"a-{mock_random.get_random_string(length=17, lower_case=True)}"
    target = request.get("targetRoleArn")
    association = PodIdentityAssociation(
        cluster_name=cluster.name,
        namespace=namespace,
        service_account=account,
        role_arn=request["roleArn"],
        association_arn=cluster.arn.replace(":cluster/", ":podidentityassociation/") + f"/{id_}",
        association_id=id_,
        tags=dict(request.get("tags") or {}),
        created_at=utcnow(),
        modified_at=utcnow(),
        disable_session_tags=bool(request.get("disableSessionTags")),
        target_role_arn=target,
        external_id=str(mock_random.uuid4()) if target else None,
        policy=request.get("policy"),
        owner_arn=owner_arn,
    )
    cluster.pod_identities[id_] = association
    return association


def find_association(cluster: LocalCluster, id_: str) -> PodIdentityAssociation:
    association = cluster.pod_identities.get(id_)
    if association is None:
        raise not_found("pod identity association", id_)
    return association


def update_association(cluster: LocalCluster, request: Document) -> PodIdentityAssociation:
    old = find_association(cluster, request["associationId"])
    target = request.get("targetRoleArn", old.target_role_arn) or None
    changed = replace(
        old,
        role_arn=request.get("roleArn") or old.role_arn,
        disable_session_tags=bool(request.get("disableSessionTags", old.disable_session_tags)),
        target_role_arn=target,
        external_id=(old.external_id or str(mock_random.uuid4())) if target else None,
        policy=request.get("policy", old.policy) or None,
        modified_at=utcnow(),
    )
    cluster.pod_identities[old.association_id] = changed
    return changed


def association_of(
    cluster: LocalCluster, namespace: str, service_account: str
) -> PodIdentityAssociation | None:
    for association in cluster.pod_identities.values():
        if (association.namespace, association.service_account) == (namespace, service_account):
            return association
    return None
