"""One pool: EKS node groups on a launch template that closes their nodes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

import pulumi
from pulumi_aws import ec2, eks

from components.aws.tags import Tags
from components.aws.zonal_groups import group_name, shares, zonal_groups
from permissions.names import Scope

POOL_LABEL = "byoc.clickhouse.dev/pool"
ROOT_DEVICE = "/dev/xvda"
TAGGED_ON_LAUNCH = ("instance", "volume", "network-interface")


class PoolPurpose(StrEnum):
    SYSTEM = "system"
    WORKLOAD = "workload"


class AmiType(StrEnum):
    X86 = "AL2023_x86_64_STANDARD"
    ARM = "AL2023_ARM_64_STANDARD"


class UpdateStrategy(StrEnum):
    DEFAULT = "DEFAULT"
    """New nodes come before old ones go."""
    MINIMAL = "MINIMAL"
    """Old nodes go first."""


@dataclass(frozen=True, kw_only=True)
class Taint:
    key: str
    effect: str
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class NodePool:
    """What a pool is, by configuration."""

    name: str
    purpose: PoolPurpose
    ami_type: AmiType
    instance_types: tuple[str, ...]
    zones: tuple[str, ...]
    min_nodes: int
    desired_nodes: int
    max_nodes: int
    max_unavailable_percent: int
    volume_gib: int
    replacement: UpdateStrategy = UpdateStrategy.DEFAULT
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    """Of the owner's, besides ours."""


class Sizing(StrEnum):
    """Who decides on the number of nodes."""

    CONFIGURED = "configured"
    AUTOSCALED = "autoscaled"


@dataclass(frozen=True, kw_only=True)
class Group:
    """Nodes of a pool that grow and shrink together."""

    key: str
    """Tells its name from those of the pool's other groups; empty where it is the only one."""
    zones: tuple[str, ...]
    min_nodes: int
    desired_nodes: int
    max_nodes: int


UNCHANGED = {Sizing.CONFIGURED: None, Sizing.AUTOSCALED: ["scalingConfig.desiredSize"]}


@dataclass(frozen=True, kw_only=True)
class NodeGroupArgs:
    scope: Scope
    tags: Tags
    pool: NodePool
    cluster_name: pulumi.Input[str]
    version: str
    role_arn: pulumi.Input[str]
    subnet_ids: Mapping[str, pulumi.Input[str]]
    """By zone."""
    volume_key_arn: pulumi.Input[str]
    sizing: Sizing = Sizing.CONFIGURED
    after: tuple[pulumi.Resource, ...] = field(default=())
    """Add-ons without which a node does not become ready."""


class NodeGroup(pulumi.ComponentResource):
    """Nodes without a way to each other's credentials, on encrypted volumes."""

    def __init__(
        self, name: str, args: NodeGroupArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:NodeGroup", name, None, opts)
        full_name = group_name(args.scope.cluster_name, args.pool.name, "")
        template = create_launch_template(name, full_name, args, self)
        for group in groups(args.pool, args.sizing, args.scope.region):
            create_node_group(name, group, args, template, self)
        self.register_outputs({})


def groups(pool: NodePool, sizing: Sizing, region: str) -> tuple[Group, ...]:
    """EKS itself tags what is behind them for the discovery by a cluster autoscaler."""
    by_key = {"": pool.zones}
    if sizing is Sizing.AUTOSCALED:
        by_key = zonal_groups(pool.zones, region)
    numbers = (pool.min_nodes, pool.desired_nodes, pool.max_nodes)
    split = zip(*(shares(number, len(by_key)) for number in numbers), strict=True)
    return tuple(
        Group(key=key, zones=zones, min_nodes=least, desired_nodes=wanted, max_nodes=most)
        for (key, zones), (least, wanted, most) in zip(by_key.items(), split, strict=True)
    )


def create_node_group(
    name: str,
    group: Group,
    args: NodeGroupArgs,
    template: ec2.LaunchTemplate,
    parent: pulumi.Resource,
) -> None:
    pool = args.pool
    full_name = group_name(args.scope.cluster_name, pool.name, group.key)
    eks.NodeGroup(
        f"{name}-{group.key}" if group.key else name,
        cluster_name=args.cluster_name,
        node_group_name=full_name,
        node_role_arn=args.role_arn,
        subnet_ids=[args.subnet_ids[zone] for zone in group.zones],
        version=args.version,
        ami_type=pool.ami_type.value,
        capacity_type="ON_DEMAND",
        instance_types=list(pool.instance_types),
        launch_template={"id": template.id, "version": template.latest_version.apply(str)},
        scaling_config={
            "min_size": group.min_nodes,
            "desired_size": group.desired_nodes,
            "max_size": group.max_nodes,
        },
        update_config={
            "max_unavailable_percentage": pool.max_unavailable_percent,
            "update_strategy": pool.replacement.value,
        },
        labels={**pool.labels, POOL_LABEL: pool.purpose.value},
        taints=[asdict(taint) for taint in taints(pool)] or None,
        tags=args.tags.named(full_name),
        opts=pulumi.ResourceOptions(
            parent=parent,
            depends_on=list(args.after),
            ignore_changes=UNCHANGED[args.sizing],
        ),
    )


def taints(pool: NodePool) -> tuple[Taint, ...]:
    """ClickHouse has its nodes to itself; everything else finds the system pool."""
    if pool.purpose is PoolPurpose.SYSTEM:
        return pool.taints
    ours = Taint(key=POOL_LABEL, value=pool.purpose.value, effect="NO_SCHEDULE")
    return (ours, *pool.taints)


def create_launch_template(
    name: str, full_name: str, args: NodeGroupArgs, parent: pulumi.Resource
) -> ec2.LaunchTemplate:
    tags = args.tags.named(full_name)
    return ec2.LaunchTemplate(
        name,
        name=full_name,
        description=f"Nodes of the pool {args.pool.name}: deployment {args.scope.name}",
        update_default_version=True,
        metadata_options={
            "http_endpoint": "enabled",
            "http_tokens": "required",
            "http_put_response_hop_limit": 1,
            "instance_metadata_tags": "disabled",
        },
        block_device_mappings=[
            {
                "device_name": ROOT_DEVICE,
                "ebs": {
                    "volume_type": "gp3",
                    "volume_size": args.pool.volume_gib,
                    "encrypted": "true",
                    "kms_key_id": args.volume_key_arn,
                    "delete_on_termination": "true",
                },
            }
        ],
        tag_specifications=[{"resource_type": kind, "tags": tags} for kind in TAGGED_ON_LAUNCH],
        tags=tags,
        opts=pulumi.ResourceOptions(parent=parent),
    )
