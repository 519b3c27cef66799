"""Add-ons: recorded as they were asked for. What they bring on AWS does not run here."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

from local.aws.eks.errors import in_use, invalid, not_found
from local.aws.eks.pod_identity import create_association
from local.aws.eks.updates import Document, Update, new_update

if TYPE_CHECKING:
    from local.aws.eks.cluster import LocalCluster

DEFAULT_VERSION = "v1.0.0-eksbuild.1"
NAMES = (
    "adot",
    "amazon-cloudwatch-observability",
    "aws-ebs-csi-driver",
    "aws-efs-csi-driver",
    "aws-guardduty-agent",
    "aws-mountpoint-s3-csi-driver",
    "aws-network-flow-monitoring-agent",
    "aws-privateca-connector",
    "cert-manager",
    "coredns",
    "eks-node-monitoring-agent",
    "eks-pod-identity-agent",
    "external-dns",
    "fluent-bit",
    "kube-proxy",
    "kube-state-metrics",
    "metrics-server",
    "prometheus-node-exporter",
    "snapshot-controller",
    "vpc-cni",
)


@dataclass(frozen=True, kw_only=True)
class Addon:
    """Attributes are the API's fields, in snake case."""

    addon_name: str
    cluster_name: str
    addon_version: str
    addon_arn: str
    created_at: datetime
    modified_at: datetime
    service_account_role_arn: str | None
    configuration_values: str | None
    pod_identity_associations: list[str]
    namespace_config: Document
    tags: dict[str, str]
    status: str = "ACTIVE"
    health: Document = field(default_factory=lambda: {"issues": []})
    publisher: str = "eks"
    owner: str = "aws"


def create_addon(cluster: LocalCluster, request: Document) -> Addon:
    name = request["addonName"]
    if name not in NAMES:
        raise invalid(f"Addon {name} is not supported in Kubernetes version {cluster.version}")
    if name in cluster.addons:
        raise in_use("Addon already exists.")
    arn = cluster.arn.replace(":cluster/", ":addon/") + f"/{name}/{mock_random.uuid4()}"
    namespace = (request.get("namespaceConfig") or {}).get("namespace", "kube-system")
    addon = Addon(
        addon_name=name,
        cluster_name=cluster.name,
        addon_version=request.get("addonVersion") or DEFAULT_VERSION,
        addon_arn=arn,
        created_at=utcnow(),
        modified_at=utcnow(),
        service_account_role_arn=request.get("serviceAccountRoleArn"),
        configuration_values=checked_values(request.get("configurationValues")),
        pod_identity_associations=associate(
            cluster, arn, namespace, request.get("podIdentityAssociations")
        ),
        namespace_config={"namespace": namespace},
        tags=dict(request.get("tags") or {}),
    )
    cluster.addons[name] = addon
    return addon


def find_addon(cluster: LocalCluster, name: str) -> Addon:
    addon = cluster.addons.get(name)
    if addon is None:
        raise not_found("addon", name)
    return addon


def update_addon(cluster: LocalCluster, request: Document) -> Update:
    """What a request leaves out stays, except the role: that one is then gone, as on AWS."""
    old = find_addon(cluster, request["addonName"])
    associations = old.pod_identity_associations
    if "podIdentityAssociations" in request:
        forget_associations(cluster, old)
        associations = associate(
            cluster,
            old.addon_arn,
            old.namespace_config["namespace"],
            request["podIdentityAssociations"],
        )
    values = request.get("configurationValues", old.configuration_values)
    cluster.addons[old.addon_name] = replace(
        old,
        addon_version=request.get("addonVersion") or old.addon_version,
        service_account_role_arn=request.get("serviceAccountRoleArn"),
        configuration_values=checked_values(values),
        pod_identity_associations=associations,
        modified_at=utcnow(),
    )
    return new_update("AddonUpdate", {"AddonVersion": request.get("addonVersion", "")})


def delete_addon(cluster: LocalCluster, name: str) -> Addon:
    addon = find_addon(cluster, name)
    forget_associations(cluster, addon)
    del cluster.addons[name]
    return replace(addon, status="DELETING")


def associate(
    cluster: LocalCluster, addon_arn: str, namespace: str, wanted: list[Document] | None
) -> list[str]:
    return [
        create_association(cluster, pair | {"namespace": namespace}, addon_arn).association_arn
        for pair in wanted or []
    ]


def forget_associations(cluster: LocalCluster, addon: Addon) -> None:
    for association in list(cluster.pod_identities.values()):
        if association.association_arn in addon.pod_identity_associations:
            del cluster.pod_identities[association.association_id]


def checked_values(values: str | None) -> str | None:
    if values:
        try:
            json.loads(values)
        except ValueError:
            # YAML is accepted as well; only what starts like JSON must be JSON
            if values.lstrip().startswith("{"):
                raise invalid("ConfigurationValue is not in valid JSON or YAML format") from None
    return values
