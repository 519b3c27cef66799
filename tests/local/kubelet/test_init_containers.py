"""Init containers, sidecars, and the order in which a pod's containers start and stop."""

from __future__ import annotations

import pytest

from tests.local.kubelet.cluster import FOREVER, shell

pytestmark = pytest.mark.cluster

WORK = [{"name": "work", "mountPath": "/work"}]
VOLUMES = [{"name": "work", "emptyDir": {}}]


def test_init_containers_run_one_after_the_other_before_the_main_ones(cluster):
    cluster.run(
        "pod",
        shell("cat /work/order", volumeMounts=WORK),
        initContainers=[
            shell("sleep 0.3; echo first >> /work/order", name="first", volumeMounts=WORK),
            shell("echo second >> /work/order", name="second", volumeMounts=WORK),
        ],
        volumes=VOLUMES,
        restartPolicy="Never",
    )
    cluster.wait_phase("pod", "Succeeded")
    assert cluster.logs("pod") == "first\nsecond\n"
    assert cluster.container("pod", "first")["ready"]


def test_a_failed_init_container_is_repeated(cluster):
    cluster.run(
        "pod",
        shell(FOREVER),
        initContainers=[
            shell("echo x >> /work/n; [ $(wc -l < /work/n) -ge 2 ]", name="init", volumeMounts=WORK)
        ],
        volumes=VOLUMES,
    )
    cluster.wait_ready("pod")
    assert cluster.container("pod", "init")["restartCount"] == 1


def test_a_failed_init_container_ends_a_pod_that_may_not_restart(cluster):
    cluster.run(
        "pod",
        shell("echo never"),
        initContainers=[shell("exit 4", name="init")],
        restartPolicy="Never",
    )
    cluster.wait_phase("pod", "Failed")
    assert cluster.container("pod", "init")["state"]["terminated"]["exitCode"] == 4
    assert "terminated" not in cluster.container("pod")["state"]


def test_a_pod_is_not_initialized_while_its_init_container_runs(cluster):
    cluster.run(
        "pod",
        shell(FOREVER),
        initContainers=[shell(FOREVER, name="init")],
    )
    condition = cluster.wait_condition("pod", "Initialized", "False")
    assert condition["reason"] == "ContainersNotInitialized"
    assert condition["message"] == "containers with incomplete status: [init]"
    assert cluster.status("pod")["phase"] == "Pending"


def test_a_sidecar_starts_first_stays_and_ends_last(cluster):
    note = "echo {0} up >> /work/order; trap 'echo {0} down >> /work/order; exit 0' TERM; "
    wait = "while true; do sleep 0.05; done"
    sidecar = shell(
        note.format("sidecar") + wait,
        name="sidecar",
        restartPolicy="Always",
        volumeMounts=WORK,
        startupProbe={
            "exec": {"command": ["grep", "-q", "sidecar", "/work/order"]},
            "periodSeconds": 1,
        },
    )
    keeper = {"name": "work", "hostPath": {"path": "/tmp", "type": "Directory"}}
    del keeper
    cluster.run(
        "pod",
        shell(note.format("main") + wait, volumeMounts=WORK),
        initContainers=[sidecar],
        volumes=VOLUMES,
    )
    cluster.wait_ready("pod")
    assert cluster.container("pod", "sidecar")["started"]
    cluster.delete("Pod", "pod")
    cluster.wait_gone("Pod", "pod")
    killed = [text for reason, text in cluster.events("pod") if reason == "Killing"]
    assert sorted(killed) == ["Stopping container main", "Stopping container sidecar"]


def test_a_pod_ends_when_its_main_container_does_although_a_sidecar_runs(cluster):
    sidecar = shell(FOREVER, name="sidecar", restartPolicy="Always")
    cluster.run("pod", shell("echo worked"), initContainers=[sidecar], restartPolicy="Never")
    cluster.wait_phase("pod", "Succeeded")
    assert "terminated" in cluster.container("pod", "sidecar")["state"]
