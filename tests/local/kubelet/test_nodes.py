"""Nodes: registration, leases, conditions, change and retirement."""

from __future__ import annotations

import pytest

from local.kubelet.cluster.objects import parse_timestamp
from tests.local.kubelet.cluster import FOREVER, shell
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster

LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"


def lease(cluster, node):
    answer = cluster.http.get(f"{LEASES}/{node}")
    return answer.json() if answer.is_success else None


def test_a_node_has_capacity_conditions_and_a_fresh_lease(new_kubelet):
    kubelet, cluster = new_kubelet("--node-cidr", "127.0.0.0/8")
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


def test_a_node_that_was_thought_lost_says_that_it_is_ready(new_kubelet):
    kubelet, cluster = new_kubelet()
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


def test_a_node_that_leaves_the_list_ends_its_pods_and_goes(new_kubelet):
    kubelet, cluster = new_kubelet()
    first, second = kubelet.node("goes-a"), kubelet.node("stays-a")
    names = [f"{kubelet.name}-goes", f"{kubelet.name}-stays"]
    first["name"], second["name"] = names
    kubelet.write_nodes([first, second])
    for name in names:
        wait_for(lambda name=name: cluster.get("Node", name), within_s=10, what=f"node {name}")
    for pod, node in zip(("goes", "stays"), names, strict=True):
        cluster.run(pod, shell(FOREVER), nodeName=node)
    cluster.wait_ready("goes", "stays")
    kubelet.write_nodes([second])
    cluster.wait_gone("Node", names[0])
    cluster.wait_gone("Pod", "goes")
    cluster.wait_event("goes", "Killing", "Stopping container main")
    assert lease(cluster, names[0]) is None
    assert cluster.container("stays")["restartCount"] == 0
    assert [one["name"] for one in kubelet.report()["nodes"]] == [names[1]]


def test_labels_and_taints_follow_the_list_and_leave_those_of_others(new_kubelet):
    kubelet, cluster = new_kubelet()
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


def test_a_heartbeat_is_in_the_status(new_kubelet):
    kubelet, cluster = new_kubelet()
    node = wait_for(lambda: cluster.get("Node", kubelet.name), within_s=10, what="the node")
    ready = next(one for one in node["status"]["conditions"] if one["type"] == "Ready")
    assert parse_timestamp(ready["lastHeartbeatTime"]) >= parse_timestamp(
        node["metadata"]["creationTimestamp"]
    )
