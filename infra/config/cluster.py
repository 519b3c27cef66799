"""The Kubernetes cluster and its nodes."""

import difflib
import re
from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from components.aws.addon_versions import Addon
from infra.config.network import private_network
from infra.config.section import Cidr, Finding, RoleArn, Section, matching, wrong

if TYPE_CHECKING:
    from infra.config.stack import StackConfig

ANYWHERE = IPv4Network("0.0.0.0/0")


class KubernetesVersion(StrEnum):
    V1_33 = "1.33"
    V1_34 = "1.34"
    V1_35 = "1.35"


ADDON_VERSION = re.compile(r"v\d+\.\d+\.\d+-eksbuild\.\d+")


class PoolPurpose(StrEnum):
    SYSTEM = "system"
    WORKLOAD = "workload"


class Architecture(StrEnum):
    X86 = "x86_64"
    ARM = "arm64"


INSTANCE_TYPE = re.compile(
    r"(?P<family>[a-z]+)(?P<generation>\d+)(?P<options>[a-z-]*)"
    r"\.(nano|micro|small|medium|(\d{1,3})?x?large|metal(-\d+xl)?)"
)


def architecture(instance_type: str) -> Architecture:
    """Graviton families carry a g right after their generation; a1 came before that rule."""
    match = INSTANCE_TYPE.fullmatch(instance_type)
    assert match is not None
    arm = match["options"].startswith("g") or match["family"] + match["generation"] == "a1"
    return Architecture.ARM if arm else Architecture.X86


def _instance_type(value: str) -> str:
    if not INSTANCE_TYPE.fullmatch(value):
        raise wrong("is no instance type", "such as m7g.xlarge")
    return value


def _not_anywhere(network: IPv4Network) -> IPv4Network:
    if network == ANYWHERE:
        raise wrong("opens the API server to everybody", "the networks that may connect")
    return network


InstanceType = Annotated[str, AfterValidator(_instance_type)]


def _service_network(network: IPv4Network) -> IPv4Network:
    if not 12 <= network.prefixlen <= 24:
        raise wrong(f"is a /{network.prefixlen}", "a /12 to /24, such as 172.20.0.0/16")
    return network


ServiceCidr = Annotated[Cidr, AfterValidator(private_network), AfterValidator(_service_network)]
ListedCidr = Annotated[Cidr, AfterValidator(_not_anywhere)]

PoolName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z]([a-z0-9-]{0,18}[a-z0-9])?",
            "is no name",
            "1 to 20 lower-case letters, digits and hyphens, beginning with a letter",
        )
    ),
]


class NodePoolConfig(Section):
    name: PoolName = Field(description="Name of the pool", examples=["workload"])
    purpose: PoolPurpose = Field(
        description="system (controller, monitoring, ingress) or workload (ClickHouse, Keeper)",
        examples=["workload"],
    )
    instance_types: tuple[InstanceType, ...] = Field(
        min_length=1,
        max_length=20,
        description="Instance types of one architecture, the preferred one first",
        examples=[["m7g.xlarge"]],
    )
    min_nodes: int = Field(3, ge=0, le=450, description="Fewest nodes")
    desired_nodes: int | None = Field(
        None, ge=0, le=450, description="Nodes to have; minNodes when absent"
    )
    max_nodes: int = Field(9, ge=1, le=450, description="Most nodes")
    max_unavailable_percent: int = Field(
        33, ge=1, le=100, description="Share of the nodes that an upgrade replaces at a time"
    )
    volume_gib: int = Field(
        100, ge=30, le=16384, description="Root volume of a node in GiB: images and logs"
    )
    zones: tuple[str, ...] | None = Field(
        None, description="Zones of the pool; all zones of the network when absent"
    )

    @property
    def wanted_nodes(self) -> int:
        return self.min_nodes if self.desired_nodes is None else self.desired_nodes

    @property
    def architecture(self) -> Architecture:
        return architecture(self.instance_types[0])


DEFAULT_POOLS = (
    NodePoolConfig.model_construct(
        name="system", purpose=PoolPurpose.SYSTEM, instance_types=("m6i.xlarge",)
    ),
    NodePoolConfig.model_construct(
        name="workload", purpose=PoolPurpose.WORKLOAD, instance_types=("m7g.2xlarge",)
    ),
)


class ClusterConfig(Section):
    version: KubernetesVersion = Field(
        KubernetesVersion.V1_34, description="Kubernetes version of control plane and nodes"
    )
    api_allowed_cidrs: tuple[ListedCidr, ...] = Field(
        (),
        description="Networks outside the VPC that may reach the API server;"
        " none listed: it has no public address",
    )
    service_cidr: ServiceCidr = Field(
        IPv4Network("172.20.0.0/16"), description="Addresses of Kubernetes Services"
    )
    admin_role_arns: tuple[RoleArn, ...] = Field(
        (), description="IAM roles with full rights in the cluster, beside the one that made it"
    )
    autoscaling: bool = Field(
        False,
        description="Whether the number of nodes is left to an autoscaler;"
        " desiredNodes then counts at creation only",
    )
    addon_versions: dict[str, str] = Field(
        {}, description="Versions of EKS add-ons that differ from the tested set, by add-on"
    )
    node_pools: tuple[NodePoolConfig, ...] = Field(
        DEFAULT_POOLS, description="Node pools: at least one for system and one for workload"
    )


def check_pools(config: "StackConfig") -> Iterator[Finding]:
    if config.is_onboarding:
        return
    pools = config.cluster.node_pools
    for purpose in PoolPurpose:
        if all(pool.purpose is not purpose for pool in pools):
            yield Finding(
                ("cluster", "nodePools"),
                f"has no pool whose purpose is {purpose.value}",
                "at least one system and one workload pool",
            )
    names = [pool.name for pool in pools]
    for index, pool in enumerate(pools):
        path = ("cluster", "nodePools", index)
        if pool.name in names[:index]:
            yield Finding((*path, "name"), "is used twice", "a name of its own")
        yield from _check_pool(config, pool, path)


def check_addons(config: "StackConfig") -> Iterator[Finding]:
    known = [addon.value for addon in Addon]
    for name, version in config.cluster.addon_versions.items():
        path = ("cluster", "addonVersions", name)
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            right = f"{near[0]}?" if near else f"one of {', '.join(known)}"
            yield Finding(path, "is the version of an add-on that is not installed", right)
        elif not ADDON_VERSION.fullmatch(version):
            yield Finding(path, "is no version of an add-on", "such as v1.12.4-eksbuild.1")


def _check_pool(
    config: "StackConfig", pool: NodePoolConfig, path: tuple[str | int, ...]
) -> Iterator[Finding]:
    if pool.min_nodes > pool.max_nodes:
        yield Finding(
            (*path, "minNodes"),
            f"is above maxNodes, {pool.max_nodes}",
            f"{pool.max_nodes} or fewer",
            also=((*path, "maxNodes"),),
        )
    elif not pool.min_nodes <= pool.wanted_nodes <= pool.max_nodes:
        yield Finding(
            (*path, "desiredNodes"),
            "lies outside minNodes and maxNodes",
            f"{pool.min_nodes} to {pool.max_nodes}",
            also=((*path, "minNodes"), (*path, "maxNodes")),
        )
    for position, instance_type in enumerate(pool.instance_types):
        if architecture(instance_type) is not pool.architecture:
            yield Finding(
                (*path, "instanceTypes", position),
                f"is {architecture(instance_type).value}, the pool's first type"
                f" {pool.architecture.value}",
                f"only {pool.architecture.value} types, or a pool of its own",
            )
    for position, zone in enumerate(pool.zones or ()):
        if zone not in config.network.zones:
            yield Finding(
                (*path, "zones", position),
                "is no zone of the network",
                f"of {', '.join(config.network.zones)}",
                also=(("network", "zones"), ("region",)),
            )
