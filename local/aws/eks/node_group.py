"""A managed node group as it was asked for, with the autoscaling group that AWS keeps behind it."""

from __future__ import annotations

from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup, autoscaling_backends
from moto.core.utils import utcnow
from moto.eks.models import Nodegroup
from moto.utilities.utils import get_partition

from local.aws.eks.cluster import LocalCluster, checked_version
from local.aws.eks.errors import invalid
from local.aws.eks.updates import Document, Update, new_update

ARM_FAMILY_MARK = "g"
DEFAULT_UPDATE_CONFIG = {"maxUnavailable": 1}
DEFAULT_SCALING = {"minSize": 1, "maxSize": 2, "desiredSize": 2}


class LocalNodegroup(Nodegroup):
    def __init__(
        self, cluster: LocalCluster, request: Document, account_id: str, region: str
    ) -> None:
        template = request.get("launchTemplate")
        super().__init__(
            cluster_name=cluster.name,
            node_role=request["nodeRole"],
            nodegroup_name=request["nodegroupName"],
            subnets=request["subnets"],
            account_id=account_id,
            region_name=region,
            aws_partition=get_partition(region),
            scaling_config=checked_scaling(DEFAULT_SCALING | (request.get("scalingConfig") or {})),
            labels=dict(request.get("labels") or {}),
            taints=list(request.get("taints") or []),
            tags=dict(request.get("tags") or {}),
            launch_template=dict(template) if template else None,
            version=checked_version(request.get("version") or cluster.version),
            update_config=request.get("updateConfig") or DEFAULT_UPDATE_CONFIG,
            node_repair_config=request.get("nodeRepairConfig") or {"enabled": False},
            capacity_type=request.get("capacityType"),
        )
        types = request.get("instanceTypes")
        self.instance_types: Any = types or ([] if template else ["t3.medium"])
        self.ami_type = request.get("amiType") or default_ami_type(self.instance_types)
        self.disk_size: Any = request.get("diskSize") or (None if template else 20)
        self.remote_access: Any = request.get("remoteAccess")
        self.release_version = request.get("releaseVersion") or f"{self.version}.0-20251209"
        self.warm_pool_config = request.get("warmPoolConfig")
        self.updates: dict[str, Update] = {}
        self.resources: Document = {"autoScalingGroups": [{"name": f"eks-{self.group_name}"}]}
        if self.remote_access:
            self.resources["remoteAccessSecurityGroup"] = f"sg-{self.uuid[-17:].replace('-', '0')}"
        self.health: Document = {"issues": []}

    @property
    def group_name(self) -> str:
        return f"{self.nodegroup_name}-{self.uuid}"

    def describe(self) -> Document:
        return {
            "nodegroupName": self.nodegroup_name,
            "nodegroupArn": self.arn,
            "clusterName": self.cluster_name,
            "version": self.version,
            "releaseVersion": self.release_version,
            "createdAt": self.created_at,
            "modifiedAt": self.modified_at,
            "status": self.status,
            "capacityType": self.capacity_type,
            "scalingConfig": self.scaling_config,
            "instanceTypes": self.instance_types,
            "subnets": self.subnets,
            "remoteAccess": self.remote_access,
            "amiType": self.ami_type,
            "nodeRole": self.node_role,
            "labels": self.labels,
            "taints": self.taints,
            "resources": self.resources,
            "diskSize": self.disk_size,
            "health": self.health,
            "updateConfig": self.update_config,
            "nodeRepairConfig": self.node_repair_config,
            "launchTemplate": self.launch_template,
            "tags": self.tags,
            "warmPoolConfig": self.warm_pool_config,
        }


class NodeAutoScalingGroup(FakeAutoScalingGroup):
    """Starts no instances, since the process kubelet registers the nodes; as large as the nodes."""

    def __init__(self, nodes: LocalNodegroup, account_id: str, region: str) -> None:
        self.nodes = nodes
        backend = autoscaling_backends[account_id][region]
        super().__init__(
            name=f"eks-{nodes.group_name}",
            availability_zones=[],
            desired_capacity=nodes.scaling_config["desiredSize"],
            max_size=nodes.scaling_config["maxSize"],
            min_size=nodes.scaling_config["minSize"],
            launch_config_name="",
            launch_template={},
            vpc_zone_identifier=",".join(nodes.subnets),
            default_cooldown=None,
            health_check_period=15,
            health_check_type="EC2",
            load_balancers=[],
            target_group_arns=[],
            placement_group=None,
            termination_policies=[],
            autoscaling_backend=backend,
            ec2_backend=backend.ec2_backend,
            tags=[
                tag("eks:cluster-name", nodes.cluster_name),
                tag("eks:nodegroup-name", nodes.nodegroup_name),
                tag(f"kubernetes.io/cluster/{nodes.cluster_name}", "owned"),
                tag("k8s.io/cluster-autoscaler/enabled", "true"),
                tag(f"k8s.io/cluster-autoscaler/{nodes.cluster_name}", "owned"),
            ],
            mixed_instances_policy=None,
            capacity_rebalance=True,
        )
        backend.autoscaling_groups[self.name] = self

    def set_desired_capacity(self, new_capacity: int | None) -> None:
        self.desired_capacity = self.min_size if new_capacity is None else new_capacity
        self.nodes.scaling_config = self.nodes.scaling_config | {
            "desiredSize": self.desired_capacity or 0
        }


def tag(key: str, value: str) -> dict[str, Any]:
    return {"Key": key, "Value": value, "PropagateAtLaunch": True}


def checked_scaling(scaling: dict[str, int]) -> dict[str, int]:
    low, wanted, high = (scaling[name] for name in ("minSize", "desiredSize", "maxSize"))
    if wanted < low:
        raise invalid(f"desired capacity {wanted} can't be less than min size {low}")
    if wanted > high:
        raise invalid(f"desired capacity {wanted} can't be greater than max size {high}")
    return scaling


def default_ami_type(instance_types: list[str]) -> str:
    family = instance_types[0].split(".")[0] if instance_types else ""
    is_arm = ARM_FAMILY_MARK in family[2:]
    return f"AL2023_{'ARM_64' if is_arm else 'x86_64'}_STANDARD"


def update_config(nodes: LocalNodegroup, group: FakeAutoScalingGroup, request: Document) -> Update:
    labels = request.get("labels") or {}
    removed = set(labels.get("removeLabels") or [])
    kept = {key: value for key, value in nodes.labels.items() if key not in removed}
    nodes.labels = kept | (labels.get("addOrUpdateLabels") or {})
    nodes.taints = changed_taints(nodes.taints, request.get("taints") or {})
    if scaling := request.get("scalingConfig"):
        nodes.scaling_config = checked_scaling(nodes.scaling_config | scaling)
        group.min_size = nodes.scaling_config["minSize"]
        group.max_size = nodes.scaling_config["maxSize"]
        group.set_desired_capacity(nodes.scaling_config["desiredSize"])
    nodes.update_config = request.get("updateConfig") or nodes.update_config
    nodes.node_repair_config = request.get("nodeRepairConfig") or nodes.node_repair_config
    nodes.warm_pool_config = request.get("warmPoolConfig") or nodes.warm_pool_config
    nodes.modified_at = utcnow()
    told = {n: v for n, v in request.items() if n not in ("clusterName", "nodegroupName")}
    return new_update("ConfigUpdate", told)


def changed_taints(taints: list[dict[str, str]], change: Document) -> list[dict[str, str]]:
    def place(taint: dict[str, str]) -> tuple[str, str]:
        return taint["key"], taint["effect"]

    changed = change.get("addOrUpdateTaints") or []
    gone = {place(taint) for taint in [*changed, *(change.get("removeTaints") or [])]}
    return [taint for taint in taints if place(taint) not in gone] + changed


def update_version(nodes: LocalNodegroup, cluster: LocalCluster, request: Document) -> Update:
    version = checked_version(request.get("version") or cluster.version)
    if template := request.get("launchTemplate"):
        if nodes.launch_template is None:
            raise invalid("A launch template cannot be added to a node group without one")
        nodes.launch_template = {**nodes.launch_template, **template}
    nodes.version = version
    nodes.release_version = request.get("releaseVersion") or f"{version}.0-20251209"
    nodes.modified_at = utcnow()
    return new_update(
        "VersionUpdate", {"Version": version, "ReleaseVersion": nodes.release_version}
    )
