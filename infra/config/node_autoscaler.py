"""Who decides how many nodes there are, and what that asks of the pools."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator

from components.aws.zonal_groups import group_name, zonal_groups
from infra.config.section import Finding, wrong
from permissions.names import Scope

if TYPE_CHECKING:
    from infra.config.stack import StackConfig

LONGEST_GROUP_NAME = 63


class NodeAutoscaler(StrEnum):
    NONE = "none"
    CLUSTER_AUTOSCALER = "cluster-autoscaler"


OLDER = {True: NodeAutoscaler.CLUSTER_AUTOSCALER, False: NodeAutoscaler.NONE}
"""The field was a switch once: what stacks say that are older than its names."""


def _by_name(value: Any) -> Any:
    if isinstance(value, bool):
        return OLDER[value]
    if value == "karpenter":
        raise wrong(
            "is not offered (docs/decisions/0041-node-autoscaler.md says why)",
            NodeAutoscaler.CLUSTER_AUTOSCALER.value,
        )
    return value


ChosenAutoscaler = Annotated[NodeAutoscaler, BeforeValidator(_by_name)]


def older_words(document: Any) -> Iterator[str]:
    """What a document says in words that still hold, and how to say it now."""
    cluster = document.get("cluster") if isinstance(document, dict) else None
    said = cluster.get("autoscaling") if isinstance(cluster, dict) else None
    if isinstance(said, bool):
        yield (
            f"byoc:cluster.autoscaling is {str(said).lower()}, which is read as"
            f" {OLDER[said].value}: write that instead"
        )


def check_node_groups(config: "StackConfig") -> Iterator[Finding]:
    """Each pool is one group of nodes, or one in each zone under an autoscaler."""
    if config.is_onboarding:
        return
    scaled = config.cluster.autoscaling is not NodeAutoscaler.NONE
    cluster = Scope(name=config.name, region=config.region, account=config.account).cluster_name
    for index, pool in enumerate(config.cluster.node_pools):
        path = ("cluster", "nodePools", index)
        zones = pool.zones or config.network.zones
        if scaled and pool.max_nodes < len(zones):
            yield Finding(
                (*path, "maxNodes"),
                f"is below the number of its zones, {len(zones)}: an autoscaler has a group of"
                " nodes in each",
                f"{len(zones)} or more, or fewer zones",
                also=(("cluster", "autoscaling"), (*path, "zones"), ("network", "zones")),
            )
        keys = zonal_groups(zones, config.region) if scaled else {"": zones}
        longest = max((group_name(cluster, pool.name, key) for key in keys), key=len)
        if len(longest) > LONGEST_GROUP_NAME:
            yield Finding(
                (*path, "name"),
                f"makes {longest}, which is longer than the {LONGEST_GROUP_NAME} characters that"
                " EKS allows",
                f"a name that is shorter by {len(longest) - LONGEST_GROUP_NAME}",
                also=(("name",),),
            )
