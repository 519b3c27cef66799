"""The fallback without bubblewrap: it runs what needs no mounts, and refuses the rest in words."""

from __future__ import annotations

import psutil
import pytest

from tests.local.kubelet.cluster import FOREVER, shell
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def plain(module_kubelet):
    return module_kubelet("--isolation", "none")


def test_a_pod_without_mounts_runs_and_the_node_says_what_is_missing(plain):
    kubelet, cluster = plain
    probe = {"exec": {"command": ["sh", "-c", "test $WORD = x"]}, "periodSeconds": 1}
    env = [{"name": "WORD", "value": "x"}]
    cluster.run("pod", shell(FOREVER, env=env, readinessProbe=probe))
    cluster.wait_ready("pod")
    node = cluster.get("Node", kubelet.name)
    note = node["metadata"]["annotations"]["byoc.clickhouse.dev/process-kubelet"]
    assert note == "mounts are not isolated"
    ready = next(one for one in node["status"]["conditions"] if one["type"] == "Ready")
    assert "bubblewrap is missing" in ready["message"]
    assert kubelet.report()["mounts_are_isolated"] is False
    cluster.delete("Pod", "pod")
    cluster.wait_gone("Pod", "pod")


def test_a_mount_that_cannot_be_placed_is_refused_with_the_way_out(plain):
    _, cluster = plain
    container = shell(FOREVER, volumeMounts=[{"name": "data", "mountPath": "/var/lib/data"}])
    cluster.run("pod", container, volumes=[{"name": "data", "emptyDir": {}}])
    text = "a volume cannot be shown at /var/lib/data, because bubblewrap is missing"
    message = cluster.wait_event("pod", "Failed", text)
    assert "install Debian's package bubblewrap" in message


def test_exit_codes_and_whole_trees_are_kept_together(plain):
    _, cluster = plain
    cluster.run("ends", shell("exit 6"), restartPolicy="Never")
    cluster.wait_phase("ends", "Failed")
    assert cluster.container("ends")["state"]["terminated"]["exitCode"] == 6
    cluster.run("missing", {**shell(""), "command": ["no-such-program"]}, restartPolicy="Never")
    cluster.wait_phase("missing", "Failed")
    assert cluster.container("missing")["state"]["terminated"]["reason"] == "StartError"
    marker = f"orphan-{cluster.namespace}"
    script = (
        f"trap '' TERM; bash -c '(exec -a {marker} sleep 300) &' ; while true; do sleep 0.1; done"
    )
    cluster.run("tree", shell(script))
    cluster.wait_ready("tree")
    wait_for(lambda: running(marker), within_s=5, what="the orphan runs")
    cluster.delete("Pod", "tree", grace_s=1)
    wait_for(lambda: not running(marker), within_s=10, what="the orphan has ended")


def running(marker: str) -> bool:
    return any(
        (process.info["cmdline"] or [""])[0] == marker
        for process in psutil.process_iter(["cmdline"])
    )
