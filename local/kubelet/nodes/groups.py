"""EKS node groups, which become nodes, and pod identity associations, as AWS tells them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.kubelet.nodes.instance_types import instance_type
from local.kubelet.nodes.node_spec import NodeSpec, Taint
from local.kubelet.pods.cloud_identity import Association

log = logging.getLogger(__name__)
EFFECTS = {
    "NO_SCHEDULE": "NoSchedule",
    "NO_EXECUTE": "NoExecute",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
}
ALIVE = ("ACTIVE", "CREATING", "UPDATING", "DEGRADED")


@dataclass(frozen=True, kw_only=True)
class NodeGroup:
    cluster: str
    region: str
    name: str
    size: int
    instance_type: str
    labels: Mapping[str, str]
    taints: tuple[Taint, ...]
    zones: tuple[str, ...]
    capacity_type: str


def find_groups(eks: Any, zones: Callable[[list[str]], tuple[str, ...]]) -> Iterator[NodeGroup]:
    """`zones` tells where subnets are."""
    region = eks.meta.region_name
    for cluster in pages(eks, "list_clusters", "clusters"):
        for name in pages(eks, "list_nodegroups", "nodegroups", clusterName=cluster):
            group = eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
            if group["status"] in ALIVE:
                yield read_group(group, cluster, region, zones(group["subnets"]))


def find_zones(ec2: Any, subnets: list[str]) -> tuple[str, ...]:
    found = ec2.describe_subnets(SubnetIds=subnets)["Subnets"] if subnets else []
    return tuple(sorted({subnet["AvailabilityZone"] for subnet in found}))


def find_associations(eks: Any) -> Iterator[Association]:
    for cluster in pages(eks, "list_clusters", "clusters"):
        for one in pages(
            eks, "list_pod_identity_associations", "associations", clusterName=cluster
        ):
            yield Association(
                cluster=cluster,
                region=eks.meta.region_name,
                id=one["associationId"],
                namespace=one["namespace"],
                service_account=one["serviceAccount"],
            )


def read_group(
    group: Mapping[str, Any], cluster: str, region: str, zones: tuple[str, ...]
) -> NodeGroup:
    taints = tuple(
        Taint(key=one["key"], value=one.get("value") or "", effect=EFFECTS[one["effect"]])
        for one in group.get("taints") or ()
    )
    return NodeGroup(
        cluster=cluster,
        region=region,
        name=group["nodegroupName"],
        size=int((group.get("scalingConfig") or {}).get("desiredSize") or 0),
        instance_type=(group.get("instanceTypes") or ["m6i.large"])[0],
        labels=group.get("labels") or {},
        taints=taints,
        zones=zones,
        capacity_type=group.get("capacityType") or "ON_DEMAND",
    )


def nodes_of(group: NodeGroup) -> Iterator[NodeSpec]:
    """One per instance, going round the zones, so that scaling takes the last ones away."""
    kind = instance_type(group.instance_type)
    for index in range(group.size):
        zone = group.zones[index % len(group.zones)] if group.zones else f"{group.region}a"
        yield NodeSpec(
            name=f"{group.name}-{index}".lower(),
            labels={
                "kubernetes.io/arch": kind.architecture,
                "node.kubernetes.io/instance-type": kind.name,
                "topology.kubernetes.io/region": group.region,
                "topology.kubernetes.io/zone": zone,
                "topology.ebs.csi.aws.com/zone": zone,
                "eks.amazonaws.com/nodegroup": group.name,
                "eks.amazonaws.com/capacityType": group.capacity_type,
                **group.labels,
            },
            taints=group.taints,
            cpu=str(kind.cpus),
            memory=str(kind.memory_bytes),
            allocatable_cpu=f"{kind.allocatable_millicpus}m",
            allocatable_memory=str(kind.allocatable_bytes),
            provider_id=f"aws:///{zone}/i-{group.name}-{index}",
            region=group.region,
        )


def pages(client: Any, call: str, field: str, **arguments: str) -> Iterator[Any]:
    token: str | None = None
    while True:
        extra = {"nextToken": token} if token else {}
        answer = getattr(client, call)(**arguments, **extra)
        yield from answer.get(field) or ()
        token = answer.get("nextToken")
        if not token:
            return
