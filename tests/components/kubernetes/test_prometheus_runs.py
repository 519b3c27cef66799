"""A genuine Prometheus starts with our arguments and finds the pods by its own rights."""

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from tests.components.kubernetes.baseline import containers, everything, found
from tests.components.kubernetes.cluster import Cluster, collection
from tests.kube_api import KubeApi
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster

METRICS = b"# TYPE ClickHouseMetrics_Query gauge\nClickHouseMetrics_Query 3\n"


@contextmanager
def metrics_server(address: str, port: int) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(METRICS)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer((address, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def started(argv: list[str], env: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(argv, env=os.environ | env, stdout=out, stderr=out)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, 128 + signal.SIGTERM), log.read_text()[-2000:]


def in_folder(arguments: list[str], folder: Path, values: dict[str, str]) -> list[str]:
    """The container's arguments with its mounts below `folder` and its variables filled in."""
    filled = []
    for argument in arguments:
        for name, value in values.items():
            argument = argument.replace(f"$({name})", value)
        flag, equals, path = argument.partition("=")
        filled.append(f"{flag}={folder}{path}" if path.startswith("/") else flag + equals + path)
    return filled


def answer(url: str) -> dict | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return json.load(reply)
    except OSError:
        return None


def running_pod(cluster: Cluster, *, labels: dict[str, str], address: str) -> None:
    """A pod as it looks when a kubelet runs it; bound to no node, so that nobody else does."""
    template = found(everything(), "Deployment", "controller")["spec"]["template"]
    (container,) = template["spec"]["containers"]
    spec = template["spec"] | {
        "serviceAccountName": "clickhouse-server",
        "containers": [container | {"ports": [{"name": "metrics", "containerPort": 9363}]}],
    }
    for field in ("readinessProbe", "livenessProbe", "startupProbe"):
        spec["containers"][0].pop(field)
    metadata = {"name": "shop-main-r1-0", "namespace": "clickhouse", "labels": labels}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
    made = cluster.create(collection(pod), pod)
    status = {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}]}
    cluster.answered(
        cluster.http.patch(
            f"{collection(pod)}/{made['metadata']['name']}/status",
            content=json.dumps({"status": status}),
            headers={"Content-Type": "application/merge-patch+json"},
        )
    )


def test_a_genuine_prometheus_finds_a_server_with_its_own_rights(cluster, kube_api, tmp_path):
    address, pod_address = f"127.{kube_api.block}.64.9", f"127.{kube_api.block}.64.10"
    labels = {
        "app.kubernetes.io/name": "clickhouse-server",
        "app.kubernetes.io/part-of": "clickhouse-byoc",
        "byoc.clickhouse.dev/warehouse": "shop",
        "byoc.clickhouse.dev/service": "main",
        "byoc.clickhouse.dev/replica": "r1",
    }
    running_pod(cluster, labels=labels, address=pod_address)
    container = containers(found(everything(), "StatefulSet", "prometheus"))[0]
    env = mounted(tmp_path, cluster, kube_api, "prometheus")
    arguments = in_folder(container["args"], tmp_path, {"POD_IP": address})
    argv = [sys.executable, "-m", "local.prometheus.launcher", "prometheus", *arguments]
    query = f"http://{address}:9090/api/v1/query?query="

    def labels_of_server() -> dict | None:
        reply = answer(query + 'ClickHouseMetrics_Query%7Bapp="clickhouse-server"%7D')
        result = reply["data"]["result"] if reply else []
        return result[0]["metric"] if result else None

    log = tmp_path / "log"
    with metrics_server(pod_address, 9363), started(argv, env, log):
        seen = wait_for(labels_of_server, within_s=60, what="a sample of the server")
        rules = answer(f"http://{address}:9090/api/v1/rules")
        config = answer(f"http://{address}:9090/api/v1/status/config")
    expected = {"namespace": "clickhouse", "warehouse": "shop", "service": "main", "replica": "r1"}
    assert expected.items() <= seen.items()
    assert [group["name"] for group in rules["data"]["groups"]] == [
        "byoc-alerts",
        "byoc-recordings",
    ]
    assert "prometheus_replica: prometheus-0" in config["data"]["yaml"]
    assert "discovery of pod" not in log.read_text()


def mounted(folder: Path, cluster: Cluster, api: KubeApi, program: str) -> dict[str, str]:
    """What a kubelet would mount and set for the program's pod."""
    config = folder / "etc" / program
    account_folder = folder / "account"
    for path in (config, account_folder, folder / program, folder / "tmp"):
        path.mkdir(parents=True)
    for name, text in found(everything(), "ConfigMap", program)["data"].items():
        (config / name).write_text(text)
    authority = yaml.safe_load(api.kubeconfig.read_text())["clusters"][0]["cluster"]
    (account_folder / "token").write_text(cluster.token("byoc-monitoring", program))
    (account_folder / "ca.crt").write_bytes(
        base64.b64decode(authority["certificate-authority-data"])
    )
    host, _, port = api.server.removeprefix("https://").partition(":")
    return {
        "POD_NAME": f"{program}-0",
        "TMPDIR": str(folder / "tmp"),
        "SERVICE_ACCOUNT_FOLDER": str(account_folder),
        "KUBERNETES_SERVICE_HOST": host,
        "KUBERNETES_SERVICE_PORT": port,
    }
