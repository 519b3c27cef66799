"""Changes of a cluster in place: one subject per call, as on AWS."""

from __future__ import annotations

from collections.abc import Callable

from local.aws.eks.cluster import (
    KEPT,
    VERSIONS,
    LocalCluster,
    checked_version,
    enabled_log_types,
    logging_config,
)
from local.aws.eks.errors import invalid
from local.aws.eks.updates import Document, Update, new_update

MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
AUTO_MODE = ("computeConfig", "kubernetesNetworkConfig", "storageConfig")

Change = Callable[[LocalCluster, Document], Update]


def update_config(cluster: LocalCluster, request: Document) -> Update:
    given = [name for name in request if name not in ("name", "clientRequestToken")]
    subjects = {"computeConfig" if name in AUTO_MODE else name for name in given}
    if len(subjects) != 1:
        raise invalid(
            f"Only one type of update can be allowed; this one has {', '.join(given) or 'none'}."
        )
    change = CHANGES.get(given[0], change_kept)
    return change(cluster, request)


def change_vpc(cluster: LocalCluster, request: Document) -> Update:
    wanted = request["resourcesVpcConfig"]
    vpc = cluster.resources_vpc_config
    if all(vpc.get(name) == value for name, value in wanted.items()):
        raise invalid(f"Cluster is already at the desired configuration with {wanted}")
    if not (vpc | wanted)["endpointPublicAccess"] and not (vpc | wanted)["endpointPrivateAccess"]:
        raise invalid("Private and public endpoint access cannot be disabled at the same time")
    cluster.resources_vpc_config = vpc | wanted
    if "subnetIds" in wanted or "securityGroupIds" in wanted:
        return new_update("VpcConfigUpdate", wanted)
    return new_update("EndpointAccessUpdate", wanted)


def change_logging(cluster: LocalCluster, request: Document) -> Update:
    changed = logging_config(enabled_log_types(cluster.logging), request["logging"])
    if changed == cluster.logging:
        raise invalid("No changes needed for the logging config provided")
    cluster.logging = changed
    return new_update("LoggingUpdate", {"ClusterLogging": request["logging"]})


def change_access(cluster: LocalCluster, request: Document) -> Update:
    mode = request["accessConfig"]["authenticationMode"]
    old = cluster.access_config["authenticationMode"]
    if MODES.index(mode) < MODES.index(old):
        raise invalid(f"Unsupported authentication mode update from {old} to {mode}")
    cluster.access_config = cluster.access_config | {"authenticationMode": mode}
    return new_update("AccessConfigUpdate", {"AuthenticationMode": mode})


def change_upgrade_policy(cluster: LocalCluster, request: Document) -> Update:
    cluster.upgrade_policy = dict(request["upgradePolicy"])
    return new_update("UpgradePolicyUpdate", {"UpgradePolicy": cluster.upgrade_policy})


def change_protection(cluster: LocalCluster, request: Document) -> Update:
    cluster.deletion_protection = request["deletionProtection"]
    return new_update("DeletionProtectionUpdate", {"DeletionProtection": request})


def change_kept(cluster: LocalCluster, request: Document) -> Update:
    changed = {name: value for name, value in request.items() if name in KEPT}
    cluster.kept |= changed
    if network := request.get("kubernetesNetworkConfig"):
        cluster.kubernetes_network_config |= network
    return new_update("ConfigUpdate", changed)


def update_version(cluster: LocalCluster, version: str) -> Update:
    steps = VERSIONS.index(checked_version(version)) - VERSIONS.index(cluster.version)
    if steps != 1:
        raise invalid(
            f"Unsupported Kubernetes minor version update from {cluster.version} to {version}"
        )
    cluster.version = version
    return new_update("VersionUpdate", {"Version": version})


def associate_encryption(cluster: LocalCluster, config: list[Document]) -> Update:
    if cluster.encryption_config:
        raise invalid("Cluster encryption is already enabled")
    cluster.encryption_config = config
    return new_update("AssociateEncryptionConfig", {"EncryptionConfig": config})


CHANGES: dict[str, Change] = {
    "resourcesVpcConfig": change_vpc,
    "logging": change_logging,
    "accessConfig": change_access,
    "upgradePolicy": change_upgrade_policy,
    "deletionProtection": change_protection,
}
