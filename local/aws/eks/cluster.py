"""A cluster as it was asked for: moto's, with everything kept that it drops."""

from __future__ import annotations

from typing import Any

from moto.eks.models import Cluster
from moto.utilities.utils import get_partition

from local.aws.eks.access import AccessEntry
from local.aws.eks.addons import Addon
from local.aws.eks.errors import invalid
from local.aws.eks.pod_identity import PodIdentityAssociation
from local.aws.eks.updates import Document, Update
from local.aws.settings import EksSettings

DEFAULT_VERSION = "1.35"
VERSIONS = tuple(f"1.{minor}" for minor in range(29, 36))
LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")

KEPT = (
    "zonalShiftConfig",
    "computeConfig",
    "storageConfig",
    "remoteNetworkConfig",
    "controlPlaneScalingConfig",
    "kubeApiServerConfig",
    "kubeSchedulerConfig",
    "kubeControllerManagerConfig",
    "outpostConfig",
)


class LocalCluster(Cluster):
    """Attributes are named as the API names its fields, in snake case: so moto serializes them."""

    def __init__(
        self,
        request: Document,
        vpc: Document,
        account_id: str,
        region: str,
        eks: EksSettings,
    ) -> None:
        super().__init__(
            name=request["name"],
            role_arn=request["roleArn"],
            resources_vpc_config=vpc,
            account_id=account_id,
            region_name=region,
            aws_partition=get_partition(region),
            version=checked_version(request.get("version", DEFAULT_VERSION)),
            tags=dict(request.get("tags") or {}),
            encryption_config=request.get("encryptionConfig") or [],
        )
        self.endpoint = eks.endpoint
        self.identity = {"oidc": {"issuer": eks.issuer}}
        self.certificate_authority = {"data": eks.certificate_authority}
        self.platform_version = "eks.1"
        self.health: Document = {"issues": []}
        self.kubernetes_network_config = network_config(request.get("kubernetesNetworkConfig"))
        self.logging = logging_config(set(), request.get("logging"))
        access = request.get("accessConfig") or {}
        self.access_config = {
            "authenticationMode": access.get("authenticationMode", "CONFIG_MAP"),
            "bootstrapClusterCreatorAdminPermissions": access.get(
                "bootstrapClusterCreatorAdminPermissions", True
            ),
        }
        policy = request.get("upgradePolicy") or {}
        self.upgrade_policy = {"supportType": policy.get("supportType", "EXTENDED")}
        self.deletion_protection = bool(request.get("deletionProtection"))
        self.kept: Document = {name: request[name] for name in KEPT if name in request}
        self.updates: dict[str, Update] = {}
        self.addons: dict[str, Addon] = {}
        self.access_entries: dict[str, AccessEntry] = {}
        self.pod_identities: dict[str, PodIdentityAssociation] = {}

    def describe(self) -> Document:
        return {
            "name": self.name,
            "arn": self.arn,
            "createdAt": self.created_at,
            "version": self.version,
            "endpoint": self.endpoint,
            "roleArn": self.role_arn,
            "resourcesVpcConfig": self.resources_vpc_config,
            "kubernetesNetworkConfig": self.kubernetes_network_config,
            "logging": self.logging,
            "identity": self.identity,
            "status": self.status,
            "certificateAuthority": self.certificate_authority,
            "platformVersion": self.platform_version,
            "tags": self.tags,
            "encryptionConfig": self.encryption_config,
            "health": self.health,
            "accessConfig": self.access_config,
            "upgradePolicy": self.upgrade_policy,
            "deletionProtection": self.deletion_protection,
            **self.kept,
        }


def checked_version(version: str) -> str:
    if version not in VERSIONS:
        raise invalid(f"unsupported Kubernetes version {version}")
    return version


def network_config(given: Document | None) -> Document:
    given = given or {}
    return {
        "serviceIpv4Cidr": given.get("serviceIpv4Cidr", "172.20.0.0/16"),
        "ipFamily": given.get("ipFamily", "ipv4"),
        "elasticLoadBalancing": given.get("elasticLoadBalancing", {"enabled": False}),
    }


def logging_config(enabled: set[str], request: Document | None) -> Document:
    """The types that are on after a request, in the two groups that AWS answers."""
    enabled = set(enabled)
    for setup in (request or {}).get("clusterLogging", []):
        types = set(setup.get("types", []))
        if unknown := types - set(LOG_TYPES):
            raise invalid(f"Invalid log types: {sorted(unknown)}")
        enabled = enabled | types if setup.get("enabled") else enabled - types
    groups = [
        {"types": [t for t in LOG_TYPES if (t in enabled) is on], "enabled": on}
        for on in (True, False)
    ]
    return {"clusterLogging": [group for group in groups if group["types"]]}


def enabled_log_types(logging: Document) -> set[str]:
    groups: list[dict[str, Any]] = logging["clusterLogging"]
    return {name for group in groups if group["enabled"] for name in group["types"]}
