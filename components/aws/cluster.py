"""The cluster layer: EKS with its nodes, add-ons and identities."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, eks

from components.aws.addon_versions import Addon
from components.aws.addons import Addons, AddonsArgs
from components.aws.cluster_access import ClusterAccess, ClusterAccessArgs
from components.aws.kubeconfig import kubeconfig
from components.aws.node_pool import NodeGroup, NodeGroupArgs, NodePool, PoolPurpose, Sizing
from components.aws.pod_identities import PodIdentities, PodIdentitiesArgs
from components.aws.tags import Tags
from permissions.deployment.roles import RoleFeature
from permissions.names import Scope

ASKED_AT_CREATION = "accessConfig.bootstrapClusterCreatorAdminPermissions"
"""Another answer later would replace the cluster: a deployment that is handed over keeps it."""

CONTROL_PLANE_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")


@dataclass(frozen=True, kw_only=True)
class Assumed:
    """The role in whose name the cluster is made and entered, where it is not the caller's own."""

    role_arn: str
    external_id: str | None
    profile: str | None = None
    """AWS profile that stands for it where there is one of this name."""


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    scope: Scope
    tags: Tags
    version: str
    subnet_ids: Mapping[str, pulumi.Input[str]]
    """Private subnets, by zone."""
    api_allowed_cidrs: tuple[IPv4Network, ...]
    """Networks outside the VPC that reach the API server; none: no public address."""
    service_cidr: IPv4Network
    log_retention: timedelta
    secrets_key_arn: pulumi.Input[str]
    volumes_key_arn: pulumi.Input[str]
    logs_key_arn: pulumi.Input[str]
    role_arns: Mapping[str, pulumi.Input[str]]
    """Roles of the access layer, by suffix."""
    role_features: frozenset[RoleFeature]
    pools: tuple[NodePool, ...]
    sizing: Sizing = Sizing.CONFIGURED
    admin_role_arns: tuple[str, ...] = ()
    operator_role_arns: tuple[str, ...] = ()
    """Roles of the operator: the one that makes the cluster, and those that come in later."""
    reading_role_arn: str | None = None
    """Who comes in to read: what its group may see is said inside the cluster."""
    addons: frozenset[Addon] = frozenset()
    """Which of the optional add-ons."""
    addon_versions: Mapping[Addon, str] = field(default_factory=dict)
    addon_settings: Mapping[Addon, Mapping[str, Any]] = field(default_factory=dict)
    assumed: Assumed | None = None


class Cluster(pulumi.ComponentResource):
    """Entered by IAM access entries alone, secrets encrypted, every control plane log kept."""

    cluster_name: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    issuer: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    """Secret. Holds no credential: it asks for a token by the caller's AWS rights."""
    late_addons: Addons
    """Add-ons that run on nodes; with them come kinds such as cert-manager's."""

    def __init__(
        self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:Cluster", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        cluster = self._create_cluster()
        self.cluster_name = cluster.name
        early = self._create_addons(needs_nodes=False, after=())
        self._create_identities()
        groups = self._create_node_groups(early)
        self.late_addons = self._create_addons(needs_nodes=True, after=groups)
        self.endpoint = cluster.endpoint
        self.issuer = cluster.identities.apply(issuer)
        self.kubeconfig = pulumi.Output.secret(
            pulumi.Output.all(cluster.endpoint, cluster.certificate_authority.data).apply(
                self._kubeconfig
            )
        )
        self.register_outputs(
            {
                "cluster_name": self.cluster_name,
                "endpoint": self.endpoint,
                "issuer": self.issuer,
                "kubeconfig": self.kubeconfig,
            }
        )

    def _create_cluster(self) -> eks.Cluster:
        args, scope = self._args, self._args.scope
        logs = cloudwatch.LogGroup(
            f"{self._name}-logs",
            name=f"/aws/eks/{scope.cluster_name}/cluster",
            retention_in_days=args.log_retention.days,
            kms_key_id=args.logs_key_arn,
            tags=args.tags.named(scope.cluster_name),
            opts=self._child,
        )
        return eks.Cluster(
            self._name,
            name=scope.cluster_name,
            version=args.version,
            role_arn=args.role_arns["k8s-control-plane"],
            bootstrap_self_managed_addons=False,
            access_config={
                "authentication_mode": "API",
                "bootstrap_cluster_creator_admin_permissions": args.assumed is None,
            },
            enabled_cluster_log_types=list(CONTROL_PLANE_LOGS),
            encryption_config={
                "provider": {"key_arn": args.secrets_key_arn},
                "resources": ["secrets"],
            },
            kubernetes_network_config={
                "ip_family": "ipv4",
                "service_ipv4_cidr": str(args.service_cidr),
            },
            upgrade_policy={"support_type": "STANDARD"},
            vpc_config={
                "subnet_ids": list(args.subnet_ids.values()),
                "endpoint_private_access": True,
                "endpoint_public_access": bool(args.api_allowed_cidrs),
                "public_access_cidrs": [str(cidr) for cidr in args.api_allowed_cidrs] or None,
            },
            tags=args.tags.named(scope.cluster_name),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[logs], ignore_changes=[ASKED_AT_CREATION]
            ),
        )

    def _create_addons(self, *, needs_nodes: bool, after: tuple[pulumi.Resource, ...]) -> Addons:
        return Addons(
            f"{self._name}-addon" if needs_nodes else f"{self._name}-early-addon",
            AddonsArgs(
                scope=self._args.scope,
                tags=self._args.tags,
                cluster_name=self.cluster_name,
                version=self._args.version,
                needs_nodes=needs_nodes,
                chosen=self._args.addons,
                versions=self._args.addon_versions,
                settings=self._args.addon_settings,
                after=after,
            ),
            self._child,
        )

    def _create_identities(self) -> None:
        args = self._args
        PodIdentities(
            f"{self._name}-identity",
            PodIdentitiesArgs(
                scope=args.scope,
                tags=args.tags,
                cluster_name=self.cluster_name,
                features=args.role_features,
                role_arns=args.role_arns,
            ),
            self._child,
        )
        ClusterAccess(
            f"{self._name}-access",
            ClusterAccessArgs(
                scope=args.scope,
                tags=args.tags,
                cluster_name=self.cluster_name,
                admin_role_arns=tuple(
                    dict.fromkeys((*args.admin_role_arns, *args.operator_role_arns))
                ),
                reading_role_arn=args.reading_role_arn,
            ),
            self._child,
        )

    def _create_node_groups(self, early: Addons) -> tuple[NodeGroup, ...]:
        """The system's come first, so that an upgrade of the others has a controller beside it."""
        pools = self._args.pools
        system = [pool for pool in pools if pool.purpose is PoolPurpose.SYSTEM]
        others = [pool for pool in pools if pool.purpose is not PoolPurpose.SYSTEM]
        first = tuple(self._create_node_group(pool, (early,)) for pool in system)
        after = (early, *first)
        return (*first, *(self._create_node_group(pool, after) for pool in others))

    def _create_node_group(self, pool: NodePool, after: tuple[pulumi.Resource, ...]) -> NodeGroup:
        args = self._args
        return NodeGroup(
            f"{self._name}-pool-{pool.name}",
            NodeGroupArgs(
                scope=args.scope,
                tags=args.tags,
                pool=pool,
                cluster_name=self.cluster_name,
                version=args.version,
                role_arn=args.role_arns["k8s-worker"],
                subnet_ids=args.subnet_ids,
                volume_key_arn=args.volumes_key_arn,
                sizing=args.sizing,
                after=after,
            ),
            self._child,
        )

    def _kubeconfig(self, parts: list[str]) -> str:
        assumed = self._args.assumed
        return kubeconfig(
            cluster=self._args.scope.cluster_name,
            region=self._args.scope.region,
            endpoint=parts[0],
            certificate_authority=parts[1],
            role_arn=assumed.role_arn if assumed else None,
            external_id=assumed.external_id if assumed else None,
            profile=assumed.profile if assumed else None,
        )


def issuer(identities: Any) -> str:
    return str(identities[0].oidcs[0].issuer)
