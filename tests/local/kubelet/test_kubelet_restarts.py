"""Pods over the death of their kubelet, its orderly end, and the loss of the API server."""

from __future__ import annotations

import socket
import subprocess

import psutil
import pytest

from tests.local.kubelet.cluster import FOREVER, shell
from tests.local.kubelet.relay import Relay
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster

COUNTER = "trap 'exit 0' TERM; i=0; while true; do echo $i; i=$((i+1)); sleep 0.05; done"


def pids(kubelet, cluster) -> dict[str, int]:
    return {
        pod["name"]: pod["containers"][0]["pid"]
        for pod in kubelet.report()["pods"]
        if pod["namespace"] == cluster.namespace
    }


def test_pods_live_through_the_death_of_their_kubelet(new_kubelet):
    kubelet, cluster = new_kubelet()
    probe = {"exec": {"command": ["true"]}, "periodSeconds": 1}
    cluster.run("pod", shell(COUNTER, readinessProbe=probe))
    cluster.wait_ready("pod")
    before = pids(kubelet, cluster)
    address = cluster.status("pod")["podIP"]
    kubelet.kill()
    assert psutil.pid_exists(before["pod"])
    kubelet.start()
    wait_for(lambda: pids(kubelet, cluster), within_s=10, what="the pod is taken up")
    assert pids(kubelet, cluster) == before
    status = cluster.status("pod")
    assert (status["podIP"], cluster.container("pod")["restartCount"]) == (address, 0)
    cluster.wait_ready("pod")
    numbers = [int(line) for line in cluster.logs("pod").splitlines()]
    assert numbers == list(range(len(numbers))), "no line of the log was lost"
    cluster.delete("Pod", "pod")
    cluster.wait_gone("Pod", "pod")


def test_what_ended_while_no_kubelet_ran_is_noticed(new_kubelet):
    kubelet, cluster = new_kubelet()
    cluster.run("ends", shell("sleep 1; exit 3"), restartPolicy="Never")
    cluster.run("deleted", shell(FOREVER))
    cluster.run("killed", shell(FOREVER))
    cluster.wait_ready("deleted", "killed")
    known = pids(kubelet, cluster)
    kubelet.kill()
    cluster.delete("Pod", "deleted", grace_s=0)
    psutil.Process(known["killed"]).kill()
    wait_for(lambda: not psutil.pid_exists(known["ends"]), within_s=10, what="it has ended")
    kubelet.start()
    cluster.wait_phase("ends", "Failed")
    assert cluster.container("ends")["state"]["terminated"]["exitCode"] == 3
    one = cluster.wait_container("killed", lambda one: one["restartCount"] == 1, "it is restarted")
    assert one["lastState"]["terminated"]["exitCode"] == 137
    wait_for(
        lambda: not psutil.pid_exists(known["deleted"]),
        within_s=10,
        what="the pod that was deleted in between has ended",
    )


def test_an_orderly_end_stops_the_pods_and_the_next_start_brings_them_back(new_kubelet):
    kubelet, cluster = new_kubelet()
    cluster.run("pod", shell("trap 'exit 0' TERM; while true; do sleep 0.05; done"))
    cluster.wait_ready("pod")
    pid = pids(kubelet, cluster)["pod"]
    kubelet.stop()
    assert not psutil.pid_exists(pid)
    kubelet.start()
    cluster.wait_container("pod", lambda one: one["restartCount"] == 1, "it runs again")
    assert cluster.container("pod")["lastState"]["terminated"]["exitCode"] == 0
    cluster.wait_ready("pod")


def test_an_end_that_leaves_the_pods_lets_them_run(new_kubelet):
    kubelet, cluster = new_kubelet("--on-exit", "leave")
    cluster.run("pod", shell(COUNTER))
    cluster.wait_ready("pod")
    pid = pids(kubelet, cluster)["pod"]
    kubelet.stop()
    assert psutil.pid_exists(pid)
    kubelet.start()
    wait_for(lambda: pids(kubelet, cluster) == {"pod": pid}, within_s=10, what="it is taken up")


def test_a_second_kubelet_on_the_same_folder_is_refused(new_kubelet):
    kubelet, _ = new_kubelet()
    assert kubelet.process
    again = subprocess.run(kubelet.process.args, capture_output=True, text=True, timeout=60)
    assert again.returncode == 1
    assert f"Another kubelet runs with --root {kubelet.root}" in again.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def relay(kube_api):
    relay = Relay(api=kube_api, port=free_port())
    yield relay
    relay.mend()
    relay.close()


def test_pods_run_on_while_the_api_server_is_away(relay, new_kubelet, tmp_path):
    kubelet, cluster = new_kubelet(kubeconfig=relay.kubeconfig(tmp_path))
    cluster.run("stays", shell(COUNTER))
    cluster.run(
        "crashes",
        shell(
            "[ -e /work/go ] && exit 4; sleep 0.1",
            volumeMounts=[{"name": "work", "mountPath": "/work"}],
        ),
        volumes=[{"name": "work", "hostPath": {"path": str(tmp_path)}}],
    )
    cluster.wait_ready("stays")
    before = pids(kubelet, cluster)["stays"]
    restarts = cluster.wait_container(
        "crashes", lambda one: one["restartCount"] >= 1, "it has been restarted before"
    )["restartCount"]
    relay.cut()
    (tmp_path / "go").touch()

    def restarted_meanwhile() -> bool:
        for pod in kubelet.report()["pods"]:
            if pod["name"] == "crashes" and pod["namespace"] == cluster.namespace:
                return pod["containers"][0]["restarts"] > restarts + 1
        return False

    wait_for(restarted_meanwhile, within_s=20, what="containers are restarted without the API")
    assert cluster.container("crashes")["lastState"]["terminated"]["exitCode"] == 0
    relay.mend()
    cluster.wait_container(
        "crashes",
        lambda one: one["lastState"].get("terminated", {}).get("exitCode") == 4,
        "what happened meanwhile is reported",
    )
    assert pids(kubelet, cluster)["stays"] == before
    assert cluster.container("stays")["restartCount"] == 0
    cluster.run("new", shell(FOREVER))
    cluster.wait_ready("new")
