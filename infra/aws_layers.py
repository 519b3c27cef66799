"""The AWS layers of a deployment, each from its part of the configuration."""

from datetime import timedelta
from typing import NamedTuple

import pulumi

from components.aws.access import Access, AccessArgs
from components.aws.addon_versions import Addon
from components.aws.bucket import Lifecycle, OnlyFromVpc, Removal
from components.aws.cluster import Assumed, Cluster, ClusterArgs
from components.aws.encryption import Encryption, EncryptionArgs
from components.aws.key_policies import KeyPurpose
from components.aws.network import Network
from components.aws.node_pool import (
    AmiType,
    NodePool,
    PoolPurpose,
    Sizing,
    Taint,
    UpdateStrategy,
)
from components.aws.own_network import OwnNetwork
from components.aws.storage import Replica, Storage, StorageArgs
from infra import scope
from infra.config.node_autoscaler import NodeAutoscaler
from infra.config.node_pools import Architecture, NodePoolConfig, Replacement, TaintEffect
from infra.config.stack import StackConfig
from infra.network_layer import create_network, flow_log_target

AMI_TYPES = {Architecture.X86: AmiType.X86, Architecture.ARM: AmiType.ARM}
UPDATE_STRATEGIES = {
    Replacement.SURGE: UpdateStrategy.DEFAULT,
    Replacement.IN_PLACE: UpdateStrategy.MINIMAL,
}
TAINT_EFFECTS = {
    TaintEffect.NO_SCHEDULE: "NO_SCHEDULE",
    TaintEffect.PREFER_NO_SCHEDULE: "PREFER_NO_SCHEDULE",
    TaintEffect.NO_EXECUTE: "NO_EXECUTE",
}
SIZINGS = {
    NodeAutoscaler.NONE: Sizing.CONFIGURED,
    NodeAutoscaler.CLUSTER_AUTOSCALER: Sizing.AUTOSCALED,
}


class Layers(NamedTuple):
    access: Access
    encryption: Encryption
    network: Network | OwnNetwork
    storage: Storage
    cluster: Cluster


def create_layers(config: StackConfig, opts: pulumi.ResourceOptions) -> Layers:
    access = create_access(config, opts)
    encryption = create_encryption(config, opts)
    flow_logs = flow_log_target(config, access, encryption)
    network = create_network(config, flow_logs, opts)
    storage = create_storage(config, access, encryption, network, opts)
    cluster = create_cluster(config, access, encryption, network, opts)
    return Layers(access, encryption, network, storage, cluster)


def create_access(config: StackConfig, opts: pulumi.ResourceOptions) -> Access:
    return Access(
        "access",
        AccessArgs(
            scope=scope.scope(config),
            tags=scope.tags(config),
            operator=scope.operator(config),
            role_features=scope.role_features(config),
            operator_features=scope.operator_features(config),
            operator_phases=scope.operator_phases(config),
            longest_session=timedelta(hours=config.access.session_hours),
            make_operator_access=scope.makes_operator_access(config),
            make_deployment_roles=scope.makes_deployment_roles(config),
            pipelines=scope.pipelines(config),
            reading_principal=config.access.reading_principal,
        ),
        opts,
    )


def create_encryption(config: StackConfig, opts: pulumi.ResourceOptions) -> Encryption:
    encryption = config.encryption
    return Encryption(
        "encryption",
        EncryptionArgs(
            scope=scope.scope(config),
            tags=scope.tags(config),
            own_keys={KeyPurpose(purpose): arn for purpose, arn in encryption.own_keys.items()},
            tde=encryption.tde,
            rotation=timedelta(days=encryption.rotation_days),
            deletion_window=timedelta(days=encryption.deletion_window_days),
        ),
        opts,
    )


def create_storage(
    config: StackConfig,
    access: Access,
    encryption: Encryption,
    network: Network | OwnNetwork,
    opts: pulumi.ResourceOptions,
) -> Storage:
    storage, retention = config.storage, config.retention
    return Storage(
        "storage",
        StorageArgs(
            scope=scope.scope(config),
            tags=scope.tags(config),
            key_arn=encryption.key_arns[KeyPurpose.BUCKETS],
            removal=Removal(storage.removal.value),
            versioned=storage.versioning,
            leftovers=Lifecycle(
                incomplete_upload_days=retention.incomplete_upload_days,
                noncurrent_days=retention.noncurrent_days,
            ),
            backup_days=retention.backup_days,
            metrics_days=retention.metrics_days,
            backup_infrequent_days=storage.backup_infrequent_days,
            backup_archive_days=storage.backup_archive_days,
            backup_lock_days=storage.backup_lock_days,
            access_log_days=retention.access_log_days if storage.access_logs else None,
            vpc=only_from_vpc(config, network.vpc_id) if storage.only_from_vpc else None,
            replica=None
            if storage.backup_replica is None
            else Replica(
                region=storage.backup_replica.region,
                key_arn=storage.backup_replica.key_arn,
                role_arn=access.role_arns["backup-replication"],
            ),
        ),
        opts,
    )


def only_from_vpc(config: StackConfig, vpc_id: pulumi.Output[str]) -> OnlyFromVpc:
    """S3 copies backups in the name of a role of the deployment, and from no VPC."""
    replication = scope.scope(config).role_arn("backup-replication")
    own = (replication,) if config.storage.backup_replica else ()
    return OnlyFromVpc(
        vpc_id=vpc_id, outside_role_arns=(*own, *config.storage.outside_vpc_role_arns)
    )


def create_cluster(
    config: StackConfig,
    access: Access,
    encryption: Encryption,
    network: Network | OwnNetwork,
    opts: pulumi.ResourceOptions,
) -> Cluster:
    cluster = config.cluster
    dns = {Addon.CERT_MANAGER, Addon.EXTERNAL_DNS} if config.endpoints.hosted_zone_id else set()
    return Cluster(
        "cluster",
        ClusterArgs(
            scope=scope.scope(config),
            tags=scope.tags(config),
            version=cluster.version.value,
            subnet_ids=network.private_subnet_ids,
            api_allowed_cidrs=cluster.api_allowed_cidrs,
            service_cidr=cluster.service_cidr,
            log_retention=timedelta(days=config.retention.control_plane_log_days),
            secrets_key_arn=encryption.key_arns[KeyPurpose.SECRETS],
            volumes_key_arn=encryption.key_arns[KeyPurpose.VOLUMES],
            logs_key_arn=encryption.key_arns[KeyPurpose.LOGS],
            role_arns=access.role_arns,
            role_features=scope.role_features(config),
            pools=tuple(node_pool(pool, config.network.zones) for pool in cluster.node_pools),
            sizing=SIZINGS[cluster.autoscaling],
            admin_role_arns=cluster.admin_role_arns,
            operator_role_arns=scope.entries(config),
            addons=frozenset(dns),
            addon_versions=cluster.own_addon_versions,
            addon_settings=addon_settings(config),
            reading_role_arn=scope.reading_entry(config),
            assumed=assumed(config),
        ),
        opts,
    )


def node_pool(pool: NodePoolConfig, zones: tuple[str, ...]) -> NodePool:
    return NodePool(
        name=pool.name,
        purpose=PoolPurpose(pool.purpose.value),
        ami_type=AMI_TYPES[pool.architecture],
        instance_types=pool.instance_types,
        zones=pool.zones or zones,
        min_nodes=pool.min_nodes,
        desired_nodes=pool.wanted_nodes,
        max_nodes=pool.max_nodes,
        max_unavailable_percent=pool.max_unavailable_percent,
        replacement=UPDATE_STRATEGIES[pool.replacement],
        volume_gib=pool.volume_gib,
        labels=pool.labels,
        taints=tuple(
            Taint(key=taint.key, value=taint.value, effect=TAINT_EFFECTS[taint.effect])
            for taint in pool.taints
        ),
    )


def addon_settings(config: StackConfig) -> dict[Addon, dict[str, object]]:
    if config.endpoints.domain is None:
        return {}
    names = {"domainFilters": [config.endpoints.domain], "txtOwnerId": config.name}
    return {Addon.EXTERNAL_DNS: {**names, "policy": "sync"}}


def assumed(config: StackConfig) -> Assumed | None:
    access = config.access
    if access.role_arn is None:
        return None
    return Assumed(role_arn=access.role_arn, external_id=access.external_id, profile=access.profile)
