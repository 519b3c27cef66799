"""Restart policies, back-off, and the memory limit."""

from __future__ import annotations

import pytest

from tests.local.kubelet.cluster import FOREVER, python, shell
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster


def is_waiting(reason):
    return lambda one: one["state"].get("waiting", {}).get("reason") == reason


def test_a_crashing_container_is_restarted_after_a_growing_pause(cluster):
    cluster.run("pod", shell("echo run; exit 3"))
    one = cluster.wait_container("pod", is_waiting("CrashLoopBackOff"), "it waits")
    assert one["lastState"]["terminated"]["exitCode"] == 3
    assert one["state"]["waiting"]["message"].startswith("back-off 500ms restarting failed")
    cluster.wait_event("pod", "BackOff", "Back-off restarting failed container main in pod pod_")
    later = cluster.wait_container(
        "pod",
        lambda one: is_waiting("CrashLoopBackOff")(one) and one["restartCount"] >= 3,
        "it was restarted three times",
    )
    assert later["state"]["waiting"]["message"].startswith("back-off 2s restarting failed")
    assert cluster.status("pod")["phase"] == "Running"
    assert cluster.logs("pod", previous="true") == "run\n"


def test_a_container_that_ends_well_is_started_again_under_always(cluster):
    cluster.run("pod", shell("exit 0"))
    one = cluster.wait_container("pod", lambda one: one["restartCount"] >= 1, "it was restarted")
    assert one["lastState"]["terminated"]["reason"] == "Completed"


def test_on_failure_restarts_until_success(cluster):
    script = "echo x >> /work/tries; [ $(wc -l < /work/tries) -ge 3 ]"
    cluster.run(
        "pod",
        shell(script, volumeMounts=[{"name": "work", "mountPath": "/work"}]),
        volumes=[{"name": "work", "emptyDir": {}}],
        restartPolicy="OnFailure",
    )
    cluster.wait_phase("pod", "Succeeded")
    assert cluster.container("pod")["restartCount"] == 2


def test_a_container_over_its_memory_limit_is_killed_for_it(cluster):
    script = "import time; kept = bytearray(150 << 20); print('full', flush=True); time.sleep(60)"
    cluster.run(
        "pod", python(script, resources={"limits": {"memory": "64Mi"}}), restartPolicy="Never"
    )
    cluster.wait_phase("pod", "Failed")
    ended = cluster.container("pod")["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (137, "OOMKilled")


def test_kills_for_want_of_memory_are_counted_over_restarts(cluster, kubelet):
    script = (
        "import os, time\n"
        "again = os.path.exists('/work/again')\n"
        "open('/work/again', 'w').close()\n"
        "kept = b'' if again else bytearray(150 << 20)\n"
        "time.sleep(60)"
    )
    mounts = [{"name": "work", "mountPath": "/work"}]
    limits = {"limits": {"memory": "64Mi"}}
    cluster.run(
        "pod",
        python(script, volumeMounts=mounts, resources=limits),
        volumes=[{"name": "work", "emptyDir": {}}],
    )

    def told() -> bool:
        labels = f'container="main",namespace="{cluster.namespace}",pod="pod"'
        text = kubelet.get("/metrics/cadvisor").decode()
        counted = f'container_oom_events_total{{{labels},image="test/python"}} 1\n' in text
        return counted and f"container_spec_memory_limit_bytes{{{labels}," in text

    wait_for(told, within_s=20, what="one kill is counted")


def test_a_container_below_its_memory_limit_lives(cluster):
    script = "kept = bytearray(16 << 20); print('fits', flush=True); import time; time.sleep(2)"
    cluster.run(
        "pod", python(script, resources={"limits": {"memory": "64Mi"}}), restartPolicy="Never"
    )
    cluster.wait_phase("pod", "Succeeded")


def test_memory_of_child_processes_counts(cluster):
    child = "import time; kept = bytearray(150 << 20); time.sleep(60)"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    cluster.run(
        "pod", python(script, resources={"limits": {"memory": "64Mi"}}), restartPolicy="Never"
    )
    cluster.wait_phase("pod", "Failed")
    assert cluster.container("pod")["state"]["terminated"]["reason"] == "OOMKilled"


def test_a_command_that_does_not_exist_is_a_start_error(cluster):
    container = {"name": "main", "image": "test/shell", "command": ["no-such-program"]}
    cluster.run("pod", container, restartPolicy="Never")
    cluster.wait_phase("pod", "Failed")
    ended = cluster.container("pod")["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (128, "StartError")
    assert 'exec: "no-such-program": executable file not found in $PATH' in ended["message"]
    cluster.wait_event("pod", "Failed", "no-such-program")


def test_a_new_image_restarts_its_container_only(cluster):
    cluster.run("pod", shell(FOREVER), shell(FOREVER, name="other"))
    cluster.wait_ready("pod")
    change = {"spec": {"containers": [{"name": "main", "image": "test/shell:2"}]}}
    cluster.answered(
        cluster.http.patch(
            f"{cluster.collection('Pod')}/pod",
            json=change,
            headers={"Content-Type": "application/strategic-merge-patch+json"},
        )
    )
    one = cluster.wait_container(
        "pod", lambda one: one["image"] == "test/shell:2" and one["ready"], "the new image runs"
    )
    assert one["restartCount"] == 1
    assert cluster.container("pod", "other")["restartCount"] == 0
    cluster.wait_event("pod", "Killing", "Container main definition changed, will be restarted")
