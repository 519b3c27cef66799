"""How containers are ended: hooks, grace periods, force."""

from __future__ import annotations

import time

import pytest

from tests.local.kubelet.cluster import FOREVER, shell
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster


@pytest.fixture
def notes(tmp_path):
    """A file of the machine that pods write into and that outlives them."""
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder / "order"


def noting(notes):
    return {
        "volumes": [{"name": "notes", "hostPath": {"path": str(notes.parent), "type": "Directory"}}]
    }


MOUNT = [{"name": "notes", "mountPath": "/notes"}]


def test_the_hook_runs_before_the_signal(cluster, notes):
    hook = {"preStop": {"exec": {"command": ["sh", "-c", "sleep 0.3; echo hook >> /notes/order"]}}}
    script = "trap 'echo signal >> /notes/order; exit 0' TERM; while true; do sleep 0.05; done"
    cluster.run("pod", shell(script, lifecycle=hook, volumeMounts=MOUNT), **noting(notes))
    cluster.wait_ready("pod")
    cluster.delete("Pod", "pod")
    cluster.wait_gone("Pod", "pod")
    assert notes.read_text() == "hook\nsignal\n"


def test_a_sleeping_hook_takes_its_time(cluster):
    hook = {"preStop": {"sleep": {"seconds": 1}}}
    cluster.run("pod", shell(FOREVER, lifecycle=hook))
    cluster.wait_ready("pod")
    began_s = time.monotonic()
    cluster.delete("Pod", "pod")
    cluster.wait_gone("Pod", "pod")
    assert time.monotonic() - began_s >= 1


def test_a_failing_hook_is_told_and_the_container_is_ended_all_the_same(cluster):
    hook = {"preStop": {"exec": {"command": ["sh", "-c", "echo no; exit 1"]}}}
    cluster.run("pod", shell(FOREVER, lifecycle=hook))
    cluster.wait_ready("pod")
    cluster.delete("Pod", "pod")
    cluster.wait_gone("Pod", "pod")
    cluster.wait_event("pod", "FailedPreStopHook", "PreStopHook failed: no")


def test_a_container_that_does_not_listen_is_killed_after_its_grace_period(cluster):
    script = "trap '' TERM; while true; do sleep 0.1; done"
    cluster.run("pod", shell(script), terminationGracePeriodSeconds=3)
    cluster.wait_ready("pod")
    began_s = time.monotonic()
    cluster.delete("Pod", "pod")
    time_of_mark = cluster.get("Pod", "pod")["metadata"]["deletionGracePeriodSeconds"]
    cluster.wait_gone("Pod", "pod")
    assert time_of_mark == 3
    assert time.monotonic() - began_s >= 2.5


def test_a_second_deletion_shortens_the_grace_period(cluster):
    script = "trap '' TERM; while true; do sleep 0.1; done"
    cluster.run("pod", shell(script), terminationGracePeriodSeconds=600)
    cluster.wait_ready("pod")
    cluster.delete("Pod", "pod")
    cluster.wait_event("pod", "Killing")
    cluster.delete("Pod", "pod", grace_s=1)
    cluster.wait_gone("Pod", "pod")


def test_a_pod_that_is_deleted_by_force_leaves_no_process(cluster, kubelet):
    cluster.run("pod", shell(FOREVER), terminationGracePeriodSeconds=600)
    cluster.wait_ready("pod")
    cluster.delete("Pod", "pod", grace_s=0)
    wait_for(
        lambda: cluster.namespace not in str(kubelet.report()["pods"]),
        within_s=10,
        what="the pod has left the kubelet",
    )


def test_a_finalizer_holds_the_object_and_the_pod_has_ended(cluster):
    document = cluster.pod("pod", shell("trap 'exit 5' TERM; while true; do sleep 0.05; done"))
    document["metadata"]["finalizers"] = ["byoc.clickhouse.dev/test"]
    cluster.create(document)
    cluster.wait_ready("pod")
    cluster.delete("Pod", "pod")
    cluster.wait_phase("pod", "Failed")
    assert cluster.container("pod")["state"]["terminated"]["exitCode"] == 5
    cluster.patch("Pod", "pod", {"metadata": {"finalizers": None}})
    cluster.wait_gone("Pod", "pod")


def test_the_start_hook_gates_readiness(cluster, notes):
    hook = {
        "postStart": {
            "exec": {"command": ["sh", "-c", "while ! [ -e /notes/order ]; do sleep 0.05; done"]}
        }
    }
    cluster.run("pod", shell(FOREVER, lifecycle=hook, volumeMounts=MOUNT), **noting(notes))
    cluster.wait_container("pod", lambda one: "running" in one["state"], "it runs")
    cluster.wait_condition("pod", "Ready", "False")
    notes.touch()
    cluster.wait_ready("pod")


def test_a_failing_start_hook_restarts_the_container(cluster):
    hook = {"postStart": {"exec": {"command": ["sh", "-c", "echo bad start; exit 1"]}}}
    cluster.run("pod", shell(FOREVER, lifecycle=hook))
    cluster.wait_event("pod", "FailedPostStartHook", "bad start")
    cluster.wait_container("pod", lambda one: one["restartCount"] >= 1, "it was restarted")


def test_sidecars_end_after_the_main_container(cluster, notes):
    note = (
        "trap 'sleep 0.2; echo {0} >> /notes/order; exit 0' TERM; while true; do sleep 0.05; done"
    )
    sidecars = [
        shell(note.format(name), name=name, restartPolicy="Always", volumeMounts=MOUNT)
        for name in ("first", "second")
    ]
    cluster.run(
        "pod",
        shell(note.format("main"), volumeMounts=MOUNT),
        initContainers=sidecars,
        **noting(notes),
    )
    cluster.wait_ready("pod")
    cluster.delete("Pod", "pod")
    cluster.wait_gone("Pod", "pod")
    assert notes.read_text() == "main\nsecond\nfirst\n"
