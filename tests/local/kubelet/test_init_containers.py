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


def test_a_sidecar_is_started_before_the_main_container(cluster):
    startup = {"exec": {"command": ["test", "-e", "/work/up"]}, "periodSeconds": 1}
    sidecar = shell(
        f"sleep 0.5; touch /work/up; {FOREVER}",
        name="sidecar",
        restartPolicy="Always",
        startupProbe=startup,
        volumeMounts=WORK,
    )
    main = shell(f"test -e /work/up && echo sidecar was up; {FOREVER}", volumeMounts=WORK)
    cluster.run("pod", main, initContainers=[sidecar], volumes=VOLUMES)
    cluster.wait_ready("pod")
    assert cluster.logs("pod") == "sidecar was up\n"
    assert cluster.container("pod", "sidecar")["started"]


def test_a_sidecar_that_crashes_is_restarted_while_the_main_container_runs(cluster):
    sidecar = shell("sleep 0.5; exit 1", name="sidecar", restartPolicy="Always")
    cluster.run("pod", shell(FOREVER), initContainers=[sidecar])
    cluster.wait_container(
        "pod", lambda one: one["restartCount"] >= 1, "it was restarted", container="sidecar"
    )
    assert cluster.container("pod")["restartCount"] == 0


def test_a_pod_ends_when_its_main_container_does_although_a_sidecar_runs(cluster):
    sidecar = shell(FOREVER, name="sidecar", restartPolicy="Always")
    cluster.run("pod", shell("echo worked"), initContainers=[sidecar], restartPolicy="Never")
    cluster.wait_phase("pod", "Succeeded")
    assert "terminated" in cluster.container("pod", "sidecar")["state"]
