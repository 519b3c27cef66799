"""kubectl logs, exec and port-forward, by the way through the API server."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
from collections.abc import Sequence
from urllib.parse import urlencode

import aiohttp
import pytest

from tests.local.kubelet.cluster import FOREVER, client_tls, python, shell
from tests.local.kubelet.spdy_client import connect
from tests.local.kubelet.test_probes import POD_IP
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster


def exec_path(cluster, name: str, command: Sequence[str], **flags: str) -> str:
    query = urlencode([*(("command", word) for word in command), *flags.items()])
    return f"{cluster.collection('Pod')}/{name}/exec?{query}"


@pytest.fixture
def spdy(cluster, kube_api):
    address = (f"127.{kube_api.block}.0.1", 6443)
    return lambda path, protocol: connect(address, client_tls(kube_api), path, protocol)


def web_socket_exec(kube_api, path: str, *, stdin: bytes | None = None):
    """Channels by number, as a client of the current protocol sees them."""

    async def talk():
        received = {1: b"", 2: b"", 3: b""}
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(
                kube_api.server + path, ssl=client_tls(kube_api), protocols=["v5.channel.k8s.io"]
            ) as socket,
        ):
            if stdin is not None:
                await socket.send_bytes(b"\x00" + stdin)
                await socket.send_bytes(b"\xff\x00")
            async for message in socket:
                received[message.data[0]] += message.data[1:]
        return received

    return asyncio.run(asyncio.wait_for(talk(), 20))


def test_exec_carries_input_output_and_errors_apart(cluster, kube_api):
    cluster.run("pod", shell(FOREVER, env=[{"name": "COLOR", "value": "blue"}]))
    cluster.wait_ready("pod")
    command = ["sh", "-c", "cat; echo $COLOR $(hostname); echo wrong >&2; exit 3"]
    path = exec_path(cluster, "pod", command, stdin="1", stdout="1", stderr="1")
    got = web_socket_exec(kube_api, path, stdin=b"typed\n")
    assert (got[1], got[2]) == (b"typed\nblue pod\n", b"wrong\n")
    result = json.loads(got[3])
    assert result["status"] == "Failure"
    assert result["details"]["causes"] == [{"reason": "ExitCode", "message": "3"}]


def test_exec_says_success(cluster, kube_api):
    cluster.run("pod", shell(FOREVER))
    cluster.wait_ready("pod")
    path = exec_path(cluster, "pod", ["echo", "hi"], stdout="1", stderr="1")
    got = web_socket_exec(kube_api, path)
    assert (got[1], json.loads(got[3])["status"]) == (b"hi\n", "Success")


def test_exec_carries_much_output_whole(cluster, kube_api):
    cluster.run("pod", shell(FOREVER))
    cluster.wait_ready("pod")
    path = exec_path(cluster, "pod", ["head", "-c", "5000000", "/dev/zero"], stdout="1", stderr="1")
    assert len(web_socket_exec(kube_api, path)[1]) == 5_000_000


def test_exec_over_spdy_as_older_clients_do(cluster, spdy):
    cluster.run("pod", shell(FOREVER))
    cluster.wait_ready("pod")
    path = exec_path(cluster, "pod", ["cat"], stdin="1", stdout="1")
    with spdy(path, "v4.channel.k8s.io") as client:
        assert client.chosen == "v4.channel.k8s.io"
        error = client.open(streamtype="error")
        stdin = client.open(streamtype="stdin")
        stdout = client.open(streamtype="stdout")
        client.send(stdin, b"there and back", is_last=True)
        output, result = client.read_until_ended(stdout, error)
    assert (output, json.loads(result)["status"]) == (b"there and back", "Success")


def test_exec_on_a_terminal(cluster, kube_api):
    cluster.run("pod", shell(FOREVER))
    cluster.wait_ready("pod")
    path = exec_path(
        cluster, "pod", ["sh", "-c", "test -t 0 && tty"], stdout="1", stdin="1", tty="1"
    )
    assert web_socket_exec(kube_api, path)[1].startswith(b"/dev/pts/")


def test_exec_into_a_container_that_does_not_run_is_refused(cluster, kube_api):
    cluster.run("pod", shell("true"), restartPolicy="Never")
    cluster.wait_phase("pod", "Succeeded")
    path = exec_path(cluster, "pod", ["true"], stdout="1")
    result = json.loads(web_socket_exec(kube_api, path)[3])
    assert result["status"] == "Failure"
    assert "container main is not running" in result["message"]


ECHO = """
import os, signal, socket, threading
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
server = socket.create_server((os.environ['POD_IP'], 7000))
while True:
    client, _ = server.accept()
    def answer(client=client):
        while data := client.recv(65536): client.sendall(data.upper())
        client.close()
    threading.Thread(target=answer, daemon=True).start()
"""


def test_port_forward_reaches_the_pods_port(cluster, spdy):
    probe = {"tcpSocket": {"port": 7000}, "periodSeconds": 1}
    cluster.run("pod", python(ECHO, env=POD_IP, readinessProbe=probe))
    cluster.wait_ready("pod")
    with spdy(f"{cluster.collection('Pod')}/pod/portforward", "portforward.k8s.io") as client:
        error = client.open(streamtype="error", port="7000", requestid="0")
        client.send(error, b"", is_last=True)
        data = client.open(streamtype="data", port="7000", requestid="0")
        client.send(data, b"hello", is_last=True)
        assert client.read_until_ended(data, error) == [b"HELLO", b""]
        error = client.open(streamtype="error", port="7001", requestid="1")
        data = client.open(streamtype="data", port="7001", requestid="1")
        refused = client.read_until_ended(error, data)[0]
    assert b"error forwarding port 7001" in refused


def test_logs_by_tail_time_and_size(cluster):
    cluster.run("pod", shell("for i in 1 2 3 4 5; do echo line $i; done"), restartPolicy="Never")
    cluster.wait_phase("pod", "Succeeded")
    assert cluster.logs("pod", tailLines=2) == "line 4\nline 5\n"
    assert cluster.logs("pod", limitBytes=6) == "line 1"
    assert cluster.logs("pod", sinceSeconds=600).count("\n") == 5
    stamped = cluster.logs("pod", timestamps="true", tailLines=1)
    assert stamped.endswith("Z line 5\n")
    assert stamped.startswith(time.strftime("%Y-", time.gmtime()))


def test_followed_logs_come_as_they_are_written_and_end_with_the_container(cluster):
    script = "echo one; sleep 0.5; echo two; sleep 0.5; echo three"
    cluster.run("pod", shell(script), restartPolicy="Never")
    cluster.wait_container("pod", lambda one: "waiting" not in one["state"], "it was started")
    path = f"{cluster.collection('Pod')}/pod/log"
    query = {"follow": "true", "container": "main"}
    with cluster.http.stream("GET", path, params=query) as answer:
        lines = list(answer.iter_lines())
    assert lines == ["one", "two", "three"]


def test_logs_are_rotated_by_size_and_read_over_the_seam(new_kubelet):
    _, cluster = new_kubelet("--log-max-bytes", "20000", "--log-max-files", "3")
    script = "i=0; while [ $i -lt 600 ]; do echo line $i; i=$((i+1)); done"
    cluster.run("pod", shell(script), restartPolicy="Never")
    cluster.wait_phase("pod", "Succeeded")
    lines = cluster.logs("pod").splitlines()
    assert lines[-1] == "line 599"
    numbers = [int(line.split()[1]) for line in lines]
    assert numbers == list(range(numbers[0], 600))
    assert cluster.logs("pod", tailLines=500).count("\n") == 500


def test_a_container_that_waits_has_no_log_and_says_why(cluster):
    cluster.run("pod", shell(FOREVER, image="vendor/none"))
    cluster.wait_event("pod", "Failed")
    answer = cluster.http.get(f"{cluster.collection('Pod')}/pod/log")
    assert answer.status_code == 400
    assert "is waiting to start" in answer.text


def test_usage_is_reported_per_pod_and_container(cluster, kubelet):
    cluster.run("pod", python("kept = bytearray(30 << 20); import time; time.sleep(60)"))
    cluster.wait_ready("pod")

    def found():
        summary = json.loads(kubelet.get("/stats/summary"))
        for pod in summary["pods"]:
            if pod["podRef"]["namespace"] != cluster.namespace:
                continue
            return pod if pod["memory"]["workingSetBytes"] > 30 << 20 else None
        return None

    pod = wait_for(found, within_s=10, what="the pod's memory is counted")
    assert [one["name"] for one in pod["containers"]] == ["main"]
    assert pod["cpu"]["usageCoreNanoSeconds"] > 0
    text = kubelet.get("/metrics/resource").decode()
    labels = f'container="main",namespace="{cluster.namespace}",pod="pod"'
    assert f"container_memory_working_set_bytes{{{labels}}}" in text
    assert f"container_cpu_usage_seconds_total{{{labels}}}" in text
    assert f"container_memory_rss{{{labels}," in kubelet.get("/metrics/cadvisor").decode()
    report = next(one for one in kubelet.report()["pods"] if one["namespace"] == cluster.namespace)
    assert report["ready"] and report["memory_bytes"] > 30 << 20
    assert report["containers"][0]["pid"] > 1


@pytest.fixture(scope="module")
def guarded(module_kubelet, kube_api):
    """A kubelet that knows the cluster's authority, and serves with a certificate of its."""
    pki = kube_api.folder / "pki"
    kubelet, cluster = module_kubelet(
        *("--client-ca", str(pki / "ca.crt")),
        *("--serving-certificate", str(pki / "kubelet.crt")),
        *("--serving-key", str(pki / "kubelet.key")),
    )
    return kubelet, cluster, str(pki / "ca.crt")


def test_only_the_api_server_may_ask_where_an_authority_is_given(guarded):
    kubelet, cluster, _ = guarded
    cluster.run("pod", shell("echo seen"), restartPolicy="Never")
    cluster.wait_phase("pod", "Succeeded")
    assert cluster.logs("pod") == "seen\n"
    path = f"/containerLogs/{cluster.namespace}/pod/main"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        kubelet.get(path)
    assert kubelet.report()["mounts_are_isolated"] is True


def test_a_token_opens_what_its_account_may_read_and_nothing_else(guarded):
    kubelet, cluster, authority = guarded
    token = cluster.token_of_new_account("scraper", resource="nodes/metrics", verb="get")
    text = kubelet.get("/metrics/resource", token=token, authority=authority).decode()
    assert "node_cpu_usage_seconds_total" in text
    with pytest.raises(urllib.error.HTTPError, match="403"):
        kubelet.get("/stats/summary", token=token, authority=authority)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        kubelet.get("/metrics/resource", token="not-a-token", authority=authority)
