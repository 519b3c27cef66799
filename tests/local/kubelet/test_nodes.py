"""Nodes: registration, leases, conditions, change and retirement."""

from __future__ import annotations

import json

import pytest

from tests.local.kubelet.cluster import FOREVER, shell
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def own(module_kubelet):
    return module_kubelet()


LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"


def lease(cluster, node):
    answer = cluster.http.get(f"{LEASES}/{node}")
    return answer.json() if answer.is_success else None


def test_a_node_has_capacity_conditions_and_a_fresh_lease(own):
    kubelet, cluster = own
    node = wait_for(lambda: cluster.get("Node", kubelet.name), within_s=10, what="the node")
    assert node["status"]["capacity"]["cpu"] == "8"
    assert node["status"]["allocatable"]["memory"] == "32Gi"
    assert node["status"]["nodeInfo"]["kubeletVersion"] == "v1.35.4"
    conditions = {one["type"]: one["status"] for one in node["status"]["conditions"]}
    assert conditions == {
        "Ready": "True",
        "MemoryPressure": "False",
        "DiskPressure": "False",
        "PIDPressure": "False",
    }
    first = wait_for(lambda: lease(cluster, kubelet.name), within_s=10, what="the lease")
    wait_for(
        lambda: lease(cluster, kubelet.name)["spec"]["renewTime"] > first["spec"]["renewTime"],
        within_s=15,
        what="the lease is renewed",
    )


def test_a_node_that_was_thought_lost_says_that_it_is_ready(own):
    kubelet, cluster = own
    wait_for(lambda: cluster.get("Node", kubelet.name), within_s=10, what="the node")
    unknown = [{"type": "Ready", "status": "Unknown", "reason": "Test", "message": "lost"}]
    cluster.answered(
        cluster.http.patch(
            f"/api/v1/nodes/{kubelet.name}/status",
            json={"status": {"conditions": unknown}},
            headers={"Content-Type": "application/strategic-merge-patch+json"},
        )
    )

    def ready():
        conditions = cluster.get("Node", kubelet.name)["status"]["conditions"]
        return any((one["type"], one["status"]) == ("Ready", "True") for one in conditions)

    wait_for(ready, within_s=5, what="the node is ready again")


def test_a_node_that_leaves_the_list_ends_its_pods_and_goes(own):
    kubelet, cluster = own
    goes, stays = kubelet.node(f"{kubelet.name}-goes"), kubelet.node(kubelet.name)
    kubelet.write_nodes([goes, stays])
    wait_for(lambda: cluster.get("Node", goes["name"]), within_s=10, what="the second node")
    cluster.run("goes", shell(FOREVER), nodeName=goes["name"])
    cluster.run("stays", shell(FOREVER), nodeName=stays["name"])
    cluster.wait_ready("goes", "stays")
    kubelet.write_nodes([stays])
    cluster.wait_gone("Node", goes["name"])
    cluster.wait_gone("Pod", "goes")
    cluster.wait_event("goes", "Killing", "Stopping container main")
    assert lease(cluster, goes["name"]) is None
    assert cluster.container("stays")["restartCount"] == 0
    assert [one["name"] for one in kubelet.report()["nodes"]] == [stays["name"]]


def test_labels_and_taints_follow_the_list_and_leave_those_of_others(own):
    kubelet, cluster = own
    wait_for(lambda: cluster.get("Node", kubelet.name), within_s=10, what="the node")
    cluster.patch("Node", kubelet.name, {"metadata": {"labels": {"others": "label"}}})
    taint = {"key": "pool", "value": "new", "effect": "NoSchedule"}
    changed = kubelet.node(kubelet.name, labels={"pool": "new"})
    changed["taints"].append(taint)
    kubelet.write_nodes([changed])

    def follows(label):
        labels = cluster.get("Node", kubelet.name)["metadata"]["labels"]
        return labels.get("pool") == label and labels.get("others") == "label"

    wait_for(lambda: follows("new"), within_s=10, what="the label is there")
    assert taint in cluster.get("Node", kubelet.name)["spec"]["taints"]
    kubelet.write_nodes([kubelet.node(kubelet.name)])
    wait_for(lambda: follows(None), within_s=10, what="the label has gone")
    assert taint not in cluster.get("Node", kubelet.name)["spec"]["taints"]


def test_a_list_that_is_not_usable_changes_nothing(own):
    kubelet, _ = own
    (kubelet.folder / "nodes.json").write_text("[{")
    wait_for(lambda: "is not usable" in kubelet.log_text, within_s=10, what="the error is told")
    assert [one["name"] for one in kubelet.report()["nodes"]] == [kubelet.name]
    kubelet.write_nodes([kubelet.node(kubelet.name)])


def test_nodes_with_addresses_of_their_own_answer_for_their_own_pods(new_kubelet, kube_api):
    network = f"127.{kube_api.block}.7.0/24"
    kubelet, cluster = new_kubelet("--node-cidr", network)
    names = [kubelet.name, f"{kubelet.name}-b"]
    kubelet.write_nodes([kubelet.node(name) for name in names])
    for name in names:
        wait_for(lambda name=name: cluster.get("Node", name), within_s=10, what=f"node {name}")
        cluster.run(name, shell("echo here; sleep 60"), nodeName=name)
    cluster.wait_ready(*names)
    for number, name in enumerate(names, start=1):
        assert cluster.status(name)["hostIP"] == f"127.{kube_api.block}.7.{number}"
        assert cluster.logs(name) == "here\n"
        summary = json.loads(kubelet.get("/stats/summary", f"127.{kube_api.block}.7.{number}"))
        shown = [pod["podRef"]["name"] for pod in summary["pods"]]
        assert shown == [name]
