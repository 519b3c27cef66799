"""Startup, readiness and liveness probes of a running pod."""

from __future__ import annotations

import urllib.request

import pytest

from local.kubelet.cluster.objects import parse_timestamp
from tests.local.kubelet.cluster import FOREVER, python, shell

pytestmark = pytest.mark.cluster

SERVER = """
import http.server, os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == '/break': open('/tmp/broken', 'w')
        healthy = self.path == '/break' or not os.path.exists('/tmp/broken')
        self.send_response(200 if healthy else 503)
        self.end_headers()
        self.wfile.write(self.headers['User-Agent'].encode())
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer((os.environ['POD_IP'], 8080), Handler).serve_forever()
"""
POD_IP = [{"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}]
HTTP = {"httpGet": {"path": "/", "port": "web"}, "periodSeconds": 1, "failureThreshold": 2}
PORTS = [{"name": "web", "containerPort": 8080}]


def server(**fields):
    return python(SERVER, env=POD_IP, ports=PORTS, **fields)


def test_a_pod_is_ready_while_its_http_probe_succeeds(cluster):
    cluster.run("pod", server(readinessProbe=HTTP))
    condition = cluster.wait_condition("pod", "Ready", "False")
    assert condition["message"] == "containers with unready status: [main]"
    cluster.wait_ready("pod")
    address = cluster.status("pod")["podIP"]
    with urllib.request.urlopen(f"http://{address}:8080/break", timeout=5) as answer:
        assert answer.status == 200
    cluster.wait_condition("pod", "Ready", "False")
    text = "Readiness probe failed: HTTP probe failed with statuscode: 503"
    assert cluster.wait_event("pod", "Unhealthy", text)
    assert cluster.container("pod")["restartCount"] == 0


def test_a_container_that_fails_its_liveness_probe_is_restarted(cluster):
    probe = {
        "exec": {"command": ["sh", "-c", "! test -e /tmp/stuck || { echo stuck; exit 1; }"]},
        "periodSeconds": 1,
        "failureThreshold": 1,
    }
    cluster.run("pod", shell(f"sleep 1; touch /tmp/stuck; {FOREVER}", livenessProbe=probe))
    one = cluster.wait_container("pod", lambda one: one["restartCount"] >= 1, "it was restarted")
    assert one["lastState"]["terminated"]["exitCode"] == 0
    cluster.wait_event("pod", "Unhealthy", "Liveness probe failed: stuck")
    cluster.wait_event("pod", "Killing", "Container main failed liveness probe, will be restarted")


def test_other_probes_wait_for_the_startup_probe(cluster):
    startup = {
        "exec": {"command": ["test", "-e", "/tmp/started"]},
        "periodSeconds": 1,
        "failureThreshold": 10,
    }
    never = {"exec": {"command": ["test", "-e", "/tmp/started"]}, "failureThreshold": 1}
    script = f"sleep 2; touch /tmp/started; {FOREVER}"
    cluster.run("pod", shell(script, startupProbe=startup, livenessProbe=never))
    cluster.wait_container("pod", lambda one: "running" in one["state"], "it runs")
    assert cluster.container("pod")["started"] is False
    cluster.wait_event("pod", "Unhealthy", "Startup probe failed")
    cluster.wait_ready("pod")
    assert cluster.container("pod")["restartCount"] == 0
    assert cluster.container("pod")["started"] is True


def test_a_container_that_does_not_start_up_in_time_is_restarted(cluster):
    startup = {"exec": {"command": ["false"]}, "periodSeconds": 1, "failureThreshold": 1}
    cluster.run("pod", shell(FOREVER, startupProbe=startup))
    cluster.wait_container("pod", lambda one: one["restartCount"] >= 1, "it was restarted")
    cluster.wait_event("pod", "Killing", "Container main failed startup probe, will be restarted")


def test_a_tcp_probe_waits_for_the_port(cluster):
    probe = {"tcpSocket": {"port": 8080}, "periodSeconds": 1}
    cluster.run("pod", server(readinessProbe=probe))
    cluster.wait_ready("pod")
    cluster.run("shut", shell(FOREVER, readinessProbe=probe))
    cluster.wait_event("shut", "Unhealthy", "connection refused")


def test_a_command_that_takes_too_long_fails_the_probe(cluster):
    probe = {"exec": {"command": ["sleep", "60"]}, "periodSeconds": 1, "timeoutSeconds": 1}
    cluster.run("pod", shell(FOREVER, readinessProbe=probe))
    cluster.wait_event("pod", "Unhealthy", "command timed out: sleep 60 after 1s")


def test_the_initial_delay_is_kept(cluster):
    probe = {"exec": {"command": ["true"]}, "initialDelaySeconds": 2, "periodSeconds": 1}
    cluster.run("pod", shell(FOREVER, readinessProbe=probe))
    cluster.wait_ready("pod")
    started = cluster.container("pod")["state"]["running"]["startedAt"]
    ready = cluster.wait_condition("pod", "Ready", "True")["lastTransitionTime"]
    assert parse_timestamp(ready) - parse_timestamp(started) >= 2


def test_a_grpc_health_check_decides(cluster):
    script = """
import grpc, os, signal, time
from concurrent.futures import ThreadPoolExecutor
from grpc import unary_unary_rpc_method_handler as unary
from grpc import method_handlers_generic_handler as generic
server = grpc.server(ThreadPoolExecutor(2))
serving, not_serving = b'\\x08\\x01', b'\\x08\\x02'
check = unary(lambda asked, context: serving if asked == b'\\x0a\\x02db' else not_serving)
server.add_generic_rpc_handlers((generic('grpc.health.v1.Health', {'Check': check}),))
server.add_insecure_port(os.environ['POD_IP'] + ':9000')
server.start()
signal.sigwait({signal.SIGTERM})
"""
    good = {"grpc": {"port": 9000, "service": "db"}, "periodSeconds": 1, "timeoutSeconds": 5}
    cluster.run("good", python(script, env=POD_IP, readinessProbe=good))
    bad = {"grpc": {"port": 9000, "service": "no"}, "periodSeconds": 1, "timeoutSeconds": 5}
    cluster.run("bad", python(script, env=POD_IP, readinessProbe=bad))
    cluster.wait_ready("good")
    cluster.wait_event("bad", "Unhealthy", "service unhealthy")
