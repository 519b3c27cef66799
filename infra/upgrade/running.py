"""What a cluster runs now, as EKS tells it."""

from typing import Any

from components.aws.addon_versions import Addon
from components.aws.node_pool import POOL_LABEL, PoolPurpose
from infra.upgrade.plan import Pool, Running


def find_running(eks: Any, cluster: str) -> Running:
    """By an EKS client; a cluster that is not there is its error."""
    described = eks.describe_cluster(name=cluster)["cluster"]
    return Running(
        control_plane=described["version"],
        pools=tuple(pool(eks, cluster, name) for name in listed(eks, "list_nodegroups", cluster)),
        addons={
            Addon(name): addon(eks, cluster, name)
            for name in listed(eks, "list_addons", cluster)
            if name in set(Addon)
        },
    )


def listed(eks: Any, operation: str, cluster: str) -> list[str]:
    key = operation.removeprefix("list_")
    pages = eks.get_paginator(operation).paginate(clusterName=cluster)
    return sorted(name for page in pages for name in page[key])


def pool(eks: Any, cluster: str, name: str) -> Pool:
    found = eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
    return Pool(
        name=name.removeprefix(f"{cluster}-"),
        version=found["version"],
        system=found.get("labels", {}).get(POOL_LABEL) == PoolPurpose.SYSTEM,
    )


def addon(eks: Any, cluster: str, name: str) -> str:
    found = eks.describe_addon(clusterName=cluster, addonName=name)["addon"]
    return str(found["addonVersion"])
