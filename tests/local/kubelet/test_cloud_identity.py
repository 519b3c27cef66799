"""EKS's side of the kubelet: node groups become nodes, service accounts get their roles."""

from __future__ import annotations

import json

import pytest

from tests.local.aws.cloud import REGION, started_local_aws
from tests.local.aws.eks_world import make_world
from tests.local.kubelet.cluster import FOREVER, TAINT, python, shell
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with started_local_aws(tmp_path_factory.mktemp("aws")) as aws:
        yield make_world(aws)


@pytest.fixture(scope="module")
def eks(world, module_kubelet, kube_api):
    """A kubelet whose nodes come from EKS, a namespace, and the EKS cluster's name."""
    name = world.create_cluster()["name"]
    extra = ("--aws-endpoint", world.aws.url, "--aws-regions", REGION)
    kubelet, cluster = module_kubelet(
        *extra, "--credentials-address", f"127.{kube_api.block}.0.250:8180"
    )
    make_group(world, name, kubelet, f"{cluster.namespace}-own", 1)
    yield kubelet, cluster, name
    for group in world.eks.list_nodegroups(clusterName=name)["nodegroups"]:
        world.eks.delete_nodegroup(clusterName=name, nodegroupName=group)


def make_group(world, cluster_name, kubelet, group, size):
    world.eks.create_nodegroup(
        clusterName=cluster_name,
        nodegroupName=group,
        nodeRole=world.create_role(),
        subnets=world.subnets,
        instanceTypes=["m7g.2xlarge"],
        scalingConfig={"minSize": 0, "maxSize": 5, "desiredSize": size},
        labels={TAINT: kubelet.name, "pool": "workload"},
        taints=[{"key": TAINT, "value": kubelet.name, "effect": "NO_SCHEDULE"}],
    )


def test_node_groups_become_nodes_and_follow_their_size(eks, world):
    kubelet, cluster, name = eks
    group = f"{cluster.namespace}-group"
    make_group(world, name, kubelet, group, 2)
    nodes = [f"{group}-0", f"{group}-1"]
    for node in nodes:
        wait_for(lambda node=node: cluster.get("Node", node), within_s=20, what=f"node {node}")
    seen = [cluster.get("Node", node) for node in nodes]
    labels = seen[0]["metadata"]["labels"]
    assert labels["node.kubernetes.io/instance-type"] == "m7g.2xlarge"
    assert labels["kubernetes.io/arch"] == "arm64"
    assert labels["eks.amazonaws.com/nodegroup"] == group
    assert labels["pool"] == "workload"
    zones = [one["metadata"]["labels"]["topology.kubernetes.io/zone"] for one in seen]
    assert zones == [f"{REGION}a", f"{REGION}b"]
    assert seen[0]["status"]["capacity"]["cpu"] == "8"
    assert seen[0]["status"]["capacity"]["memory"] == str(32 * 2**30)
    cluster.run("pod", shell(FOREVER), nodeName=nodes[1])
    cluster.wait_ready("pod")
    world.eks.update_nodegroup_config(
        clusterName=name,
        nodegroupName=group,
        scalingConfig={"minSize": 0, "maxSize": 5, "desiredSize": 1},
    )
    cluster.wait_gone("Node", nodes[1])
    cluster.wait_gone("Pod", "pod")
    world.eks.delete_nodegroup(clusterName=name, nodegroupName=group)
    cluster.wait_gone("Node", nodes[0])


ASK = """
import boto3, os
print(os.environ['AWS_REGION'], boto3.client('sts').get_caller_identity()['Arn'])
"""


def test_a_pod_gets_the_role_of_its_service_account(eks, world):
    _, cluster, name = eks
    role = world.create_role(Service="pods.eks.amazonaws.com")
    cluster.create({"kind": "ServiceAccount", "metadata": {"name": "server"}})
    world.eks.create_pod_identity_association(
        clusterName=name, namespace=cluster.namespace, serviceAccount="server", roleArn=role
    )
    cluster.run("asks", python(ASK), serviceAccountName="server", restartPolicy="Never")
    cluster.wait_phase("asks", "Succeeded", within_s=30)
    region, arn = cluster.logs("asks").split()
    assert region == REGION
    assert f":assumed-role/{role.rsplit('/', 1)[-1]}/eks-{name}" in arn


def test_a_pod_without_an_association_has_no_role_but_knows_the_cloud(eks, world):
    _, cluster, _ = eks
    cluster.run("plain", shell("env"), restartPolicy="Never")
    cluster.wait_phase("plain", "Succeeded", within_s=20)
    env = cluster.logs("plain")
    assert f"AWS_ENDPOINT_URL={world.aws.url}\n" in env
    assert f"AWS_REGION={REGION}\n" in env
    assert "AWS_CONTAINER" not in env


def test_a_foreign_token_gets_no_credentials(eks, kube_api):
    import urllib.error
    import urllib.request

    _, cluster, _ = eks
    path = f"/api/v1/namespaces/{cluster.namespace}/serviceaccounts/default/token"
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    other_audience = cluster.answered(cluster.http.post(path, json=request))["status"]["token"]
    for token in ("nonsense", other_audience):
        asked = urllib.request.Request(
            f"http://127.{kube_api.block}.0.250:8180/v1/credentials",
            headers={"Authorization": token},
        )
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(asked, timeout=10)
        assert refusal.value.code == 401
        assert json.load(refusal.value)["code"] == "InvalidTokenException"
