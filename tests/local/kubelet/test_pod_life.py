"""A pod from its binding to its deletion, on a real API server."""

from __future__ import annotations

import psutil
import pytest

from tests.local.kubelet.cluster import FOREVER, shell
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster


def test_a_pod_becomes_ready_with_an_address_and_a_kubelets_events(cluster, kubelet):
    cluster.run("pod", shell(FOREVER))
    cluster.wait_ready("pod")
    status = cluster.status("pod")
    assert status["phase"] == "Running"
    assert status["podIP"].startswith(f"127.{kubelet.api.block}.")
    assert status["hostIP"] == kubelet.address
    assert {one["type"]: one["status"] for one in status["conditions"]} == {
        "PodScheduled": "True",
        "PodReadyToStartContainers": "True",
        "Initialized": "True",
        "ContainersReady": "True",
        "Ready": "True",
    }
    container = cluster.container("pod")
    assert container["ready"] and container["started"] and container["restartCount"] == 0
    cluster.wait_event("pod", "Started")
    reasons = [reason for reason, _ in cluster.events("pod") if reason != "Scheduled"]
    assert reasons == ["Pulled", "Created", "Started"]


def test_a_deleted_pod_is_told_to_end_and_then_gone(cluster):
    cluster.run(
        "pod", shell("trap 'echo told to end; exit 0' TERM; while true; do sleep 0.1; done")
    )
    cluster.wait_ready("pod")
    address = cluster.status("pod")["podIP"]
    cluster.delete("Pod", "pod")
    cluster.wait_gone("Pod", "pod")
    cluster.wait_event("pod", "Killing", "Stopping container main")
    cluster.run("next", shell(FOREVER))
    cluster.wait_ready("next")
    assert cluster.status("next")["podIP"] != address


def test_a_pod_that_has_done_its_work_succeeds(cluster):
    cluster.run("pod", shell("echo done"), restartPolicy="Never")
    status = cluster.wait_phase("pod", "Succeeded")
    ended = cluster.container("pod")["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (0, "Completed")
    ready = next(one for one in status["conditions"] if one["type"] == "Ready")
    assert (ready["status"], ready["reason"]) == ("False", "PodCompleted")
    assert cluster.logs("pod") == "done\n"


def test_a_pod_that_may_not_restart_fails_with_its_exit_code(cluster):
    cluster.run("pod", shell("exit 7"), restartPolicy="Never")
    cluster.wait_phase("pod", "Failed")
    ended = cluster.container("pod")["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (7, "Error")


def test_the_last_words_of_a_container_are_in_its_status(cluster):
    script = "echo the disk is full > /dev/termination-log; exit 2"
    cluster.run("pod", shell(script), restartPolicy="Never")
    cluster.wait_phase("pod", "Failed")
    assert cluster.container("pod")["state"]["terminated"]["message"] == "the disk is full\n"


def test_the_log_stands_in_for_last_words_where_asked(cluster):
    fields = {"terminationMessagePolicy": "FallbackToLogsOnError"}
    cluster.run("pod", shell("echo gave up; exit 2", **fields), restartPolicy="Never")
    cluster.wait_phase("pod", "Failed")
    assert cluster.container("pod")["state"]["terminated"]["message"] == "gave up"


def test_killing_a_container_ends_its_whole_process_tree(cluster):
    marker = f"tree-{cluster.namespace}"
    script = f"(exec -a {marker} sleep 300) & trap '' TERM; while true; do sleep 0.1; done"
    cluster.run("pod", {**shell(script), "command": ["bash", "-c", script]})
    cluster.wait_ready("pod")
    wait_for(lambda: named(marker), within_s=5, what="the child runs")
    cluster.delete("Pod", "pod", grace_s=0)
    wait_for(lambda: not named(marker), within_s=10, what="the child has ended")


def named(marker: str) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if (process.info["cmdline"] or [""])[0] == marker
    ]


def test_a_deadline_ends_a_pod(cluster):
    cluster.run("pod", shell(FOREVER), activeDeadlineSeconds=1)
    status = cluster.wait_phase("pod", "Failed")
    assert status["reason"] == "DeadlineExceeded"
