"""Pools of nodes: what they are made of, and what keeps pods on and off them."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from infra.config.section import Finding, Section, matching, wrong

if TYPE_CHECKING:
    from infra.config.stack import StackConfig


class PoolPurpose(StrEnum):
    SYSTEM = "system"
    WORKLOAD = "workload"


class Architecture(StrEnum):
    X86 = "x86_64"
    ARM = "arm64"


class Replacement(StrEnum):
    """What comes first when an update replaces nodes."""

    SURGE = "surge"
    IN_PLACE = "inPlace"


class TaintEffect(StrEnum):
    NO_SCHEDULE = "noSchedule"
    PREFER_NO_SCHEDULE = "preferNoSchedule"
    NO_EXECUTE = "noExecute"


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


InstanceType = Annotated[str, AfterValidator(_instance_type)]

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

NAME = r"[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?"
_label_name = matching(
    rf"([a-z0-9]([a-z0-9.-]{{0,251}}[a-z0-9])?/)?{NAME}",
    "is no name of a label",
    "a name such as team, or example.com/team",
)
RESERVED = ("kubernetes.io", "k8s.io", "amazonaws.com", "karpenter.sh", "byoc.clickhouse.dev")


def _own_name(value: str) -> str:
    domain = _label_name(value).rpartition("/")[0]
    if any(domain == name or domain.endswith(f".{name}") for name in RESERVED):
        raise wrong(f"belongs to {domain}", "a name of your own, such as example.com/team")
    return value


LabelName = Annotated[str, AfterValidator(_own_name)]
LabelValue = Annotated[
    str,
    AfterValidator(
        matching(
            rf"({NAME})?", "is no value of a label", "up to 63 letters, digits, dots and hyphens"
        )
    ),
]


class TaintConfig(Section):
    key: LabelName = Field(description="Its name", examples=["example.com/dedicated"])
    value: LabelValue = Field("", description="Its value, which a pod's toleration may name")
    effect: TaintEffect = Field(
        TaintEffect.NO_SCHEDULE, description="What happens to pods that do not tolerate it"
    )


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
    replacement: Replacement = Field(
        Replacement.SURGE,
        description="surge: an update starts new nodes before it drains old ones, up to"
        " maxUnavailablePercent more; inPlace: it drains first, where quota or addresses are short",
    )
    volume_gib: int = Field(
        100, ge=30, le=16384, description="Root volume of a node in GiB: images and logs"
    )
    zones: tuple[str, ...] | None = Field(
        None, description="Zones of the pool; all zones of the network when absent"
    )
    labels: dict[LabelName, LabelValue] = Field({}, description="Labels of its nodes, besides ours")
    taints: tuple[TaintConfig, ...] = Field(
        (),
        description="Taints of its nodes, besides ours: they keep it for pods of your own",
    )

    @property
    def wanted_nodes(self) -> int:
        return self.min_nodes if self.desired_nodes is None else self.desired_nodes

    @property
    def architecture(self) -> Architecture:
        return architecture(self.instance_types[0])

    @property
    def takes_our_pods(self) -> bool:
        """Pods of the deployment tolerate no taint but its own."""
        soft = TaintEffect.PREFER_NO_SCHEDULE
        return all(taint.effect is soft for taint in self.taints)


DEFAULT_POOLS = (
    NodePoolConfig.model_construct(
        name="system", purpose=PoolPurpose.SYSTEM, instance_types=("m6i.xlarge",)
    ),
    NodePoolConfig.model_construct(
        name="workload", purpose=PoolPurpose.WORKLOAD, instance_types=("m7g.2xlarge",)
    ),
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
        elif not any(pool.purpose is purpose and pool.takes_our_pods for pool in pools):
            index = next(i for i, pool in enumerate(pools) if pool.purpose is purpose)
            yield Finding(
                ("cluster", "nodePools", index, "taints"),
                f"keep the deployment's own pods off every {purpose.value} pool",
                f"effect: preferNoSchedule, or one {purpose.value} pool without taints",
            )
    names = [pool.name for pool in pools]
    for index, pool in enumerate(pools):
        path = ("cluster", "nodePools", index)
        if pool.name in names[:index]:
            yield Finding((*path, "name"), "is used twice", "a name of its own")
        yield from _check_nodes(pool, path)
        yield from _check_pool(config, pool, path)


def _check_nodes(pool: NodePoolConfig, path: tuple[str | int, ...]) -> Iterator[Finding]:
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


def _check_pool(
    config: "StackConfig", pool: NodePoolConfig, path: tuple[str | int, ...]
) -> Iterator[Finding]:
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
    taints = [(taint.key, taint.effect) for taint in pool.taints]
    for position, taint in enumerate(taints):
        if taint in taints[:position]:
            yield Finding((*path, "taints", position), "is given twice", "each key and effect once")
