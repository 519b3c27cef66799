"""moto's EKS backend with our clusters and node groups in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from moto.autoscaling.models import FakeAutoScalingGroup, autoscaling_backends
from moto.ec2.exceptions import InvalidSubnetIdError
from moto.ec2.models import ec2_backends
from moto.eks import urls
from moto.eks.models import EKSBackend, eks_backends

from local.aws.eks.access import CLUSTER_ADMIN, associate_policy, create_entry
from local.aws.eks.cluster import LocalCluster
from local.aws.eks.errors import in_use, invalid, not_found, refused
from local.aws.eks.node_group import LocalNodegroup, NodeAutoScalingGroup
from local.aws.eks.updates import Document, Update
from local.aws.iam.callers import Caller, role_exists
from local.aws.settings import EksSettings

if TYPE_CHECKING:
    from moto.core.base_backend import BackendDict


class LocalEksBackend(EKSBackend):
    settings: EksSettings

    clusters: dict[str, LocalCluster]  # type: ignore[assignment]

    @property
    def _url_module(self) -> Any:
        return urls  # moto derives it from the name of the backend's module

    def new_cluster(self, request: Document, creator: Caller) -> LocalCluster:
        name = request["name"]
        if name in self.clusters:
            raise in_use(f"Cluster already exists with name: {name}")
        self.require_role(request["roleArn"])
        vpc = self.vpc_config(request["resourcesVpcConfig"])
        cluster = LocalCluster(request, vpc, self.account_id, self.region_name, self.settings)
        vpc["clusterSecurityGroupId"] = self.create_security_group(cluster)
        self.clusters[name] = cluster
        self.admit_creator(cluster, creator)
        return cluster

    def vpc_config(self, request: Document) -> Document:
        subnets = self.existing_subnets(request.get("subnetIds") or [])
        if len({subnet.availability_zone for subnet in subnets}) < 2:
            raise invalid("Subnets specified must be in at least two different AZs")
        vpcs = {subnet.vpc_id for subnet in subnets}
        if len(vpcs) > 1:
            raise invalid("Subnets specified must be in the same VPC")
        public = request.get("endpointPublicAccess", True)
        return {
            "subnetIds": request["subnetIds"],
            "securityGroupIds": request.get("securityGroupIds", []),
            "vpcId": vpcs.pop(),
            "endpointPublicAccess": public,
            "endpointPrivateAccess": request.get("endpointPrivateAccess", False),
            "publicAccessCidrs": request.get("publicAccessCidrs") or (["0.0.0.0/0"] * public),
        }

    def existing_subnets(self, ids: list[str]) -> list[Any]:
        try:
            return list(self.ec2.describe_subnets(subnet_ids=ids)) if ids else []
        except InvalidSubnetIdError as error:
            raise invalid(f"The subnet ID does not exist: {error.message}") from error

    def create_security_group(self, cluster: LocalCluster) -> str:
        group = self.ec2.create_security_group(
            name=f"eks-cluster-sg-{cluster.name}-{str(cluster.created_at.timestamp())[-9:]}",
            description="EKS created security group applied to ENI that is attached to EKS"
            " Control Plane master nodes, as well as any managed workloads.",
            vpc_id=cluster.resources_vpc_config["vpcId"],
            tags={
                f"kubernetes.io/cluster/{cluster.name}": "owned",
                "aws:eks:cluster-name": cluster.name,
            },
        )
        return str(group.id)

    def admit_creator(self, cluster: LocalCluster, creator: Caller) -> None:
        """As on AWS, whoever makes a cluster is its first administrator, unless told otherwise."""
        access = cluster.access_config
        if access["authenticationMode"] == "CONFIG_MAP":
            return
        if access["bootstrapClusterCreatorAdminPermissions"] and creator.exists:
            entry = {"principalArn": creator.principal_arn}
            create_entry(cluster, entry)
            scope = {"type": "cluster"}
            associate_policy(cluster, entry | {"policyArn": CLUSTER_ADMIN, "accessScope": scope})

    def cluster(self, name: str) -> LocalCluster:
        cluster = self.clusters.get(name)
        if cluster is None:
            raise not_found("cluster", name)
        return cluster

    def remove_cluster(self, name: str) -> LocalCluster:
        cluster = self.cluster(name)
        if cluster.deletion_protection:
            raise refused(f"Cluster {name} has deletion protection enabled")
        if cluster.nodegroups:
            raise in_use("Cluster has nodegroups attached")
        del self.clusters[name]
        self.cluster_count -= 1
        self.ec2.delete_security_group(
            group_id=cluster.resources_vpc_config["clusterSecurityGroupId"]
        )
        cluster.status = "DELETING"
        return cluster

    def new_nodegroup(self, request: Document) -> LocalNodegroup:
        cluster = self.cluster(request["clusterName"])
        name = request["nodegroupName"]
        if name in cluster.nodegroups:
            raise in_use(f"NodeGroup already exists with name {name} and cluster {cluster.name}")
        self.require_role(request["nodeRole"])
        self.existing_subnets(request["subnets"])
        if request.get("launchTemplate") and (request.get("diskSize")):
            raise invalid("Disk size must be specified within the launch template.")
        if request.get("launchTemplate") and request.get("remoteAccess"):
            raise invalid("Remote access configuration cannot be specified with a launch template.")
        nodes = LocalNodegroup(cluster, request, self.account_id, self.region_name)
        NodeAutoScalingGroup(  # type: ignore[abstract] # moto leaves CloudFormation's part out too
            nodes, self.account_id, self.region_name
        )
        cluster.nodegroups[name] = nodes
        cluster.nodegroup_count += 1
        return nodes

    def nodegroup(self, cluster_name: str, name: str) -> LocalNodegroup:
        nodes = self.cluster(cluster_name).nodegroups.get(name)
        if not isinstance(nodes, LocalNodegroup):
            raise not_found("node group", name)
        return nodes

    def remove_nodegroup(self, cluster_name: str, name: str) -> LocalNodegroup:
        nodes = self.nodegroup(cluster_name, name)
        cluster = self.cluster(cluster_name)
        del cluster.nodegroups[name]
        cluster.nodegroup_count -= 1
        autoscaling_backends[self.account_id][self.region_name].autoscaling_groups.pop(
            f"eks-{nodes.group_name}", None
        )
        nodes.status = "DELETING"
        return nodes

    def autoscaling_group(self, nodes: LocalNodegroup) -> FakeAutoScalingGroup:
        groups = autoscaling_backends[self.account_id][self.region_name].autoscaling_groups
        return groups[f"eks-{nodes.group_name}"]

    def updates(self, cluster_name: str, nodegroup: str | None) -> dict[str, Update]:
        if nodegroup:
            return self.nodegroup(cluster_name, nodegroup).updates
        return self.cluster(cluster_name).updates

    def tags_of(self, arn: str) -> dict[str, str]:
        for found, tags in self.tagged():
            if found == arn:
                return tags
        raise not_found("resource", arn)

    def tagged(self) -> Iterator[tuple[str, dict[str, str]]]:
        for cluster in self.clusters.values():
            yield cluster.arn, cluster.tags
            yield from ((nodes.arn, nodes.tags) for nodes in cluster.nodegroups.values())
            yield from ((addon.addon_arn, addon.tags) for addon in cluster.addons.values())
            yield from ((e.access_entry_arn, e.tags) for e in cluster.access_entries.values())
            yield from ((a.association_arn, a.tags) for a in cluster.pod_identities.values())
            yield from (
                (profile.fargate_profile_arn, profile.tags)
                for profile in cluster.fargate_profiles.values()
            )

    def require_role(self, arn: str) -> None:
        if not role_exists(arn):
            raise invalid(
                f"Role with arn: {arn}, could not be assumed because it does not exist"
                " or the trusted entity is not correct"
            )

    @property
    def ec2(self) -> Any:
        return ec2_backends[self.account_id][self.region_name]


def all_clusters() -> Iterator[tuple[LocalEksBackend, LocalCluster]]:
    backends: BackendDict[EKSBackend] = eks_backends
    for _, _, backend in list(backends.iter_backends()):
        if isinstance(backend, LocalEksBackend):
            yield from ((backend, cluster) for cluster in list(backend.clusters.values()))
