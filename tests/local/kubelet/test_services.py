"""Services and names: for pods among each other, and for clients on the machine."""

from __future__ import annotations

import http.client
import socket
import struct
import urllib.error
import urllib.request

import pytest

from tests.local.kubelet.cluster import python, shell
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster

SERVER = """
import http.server, os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        if self.path == '/unready': os.remove('/tmp/ready')
        if self.path == '/ready': open('/tmp/ready', 'w')
        body = f"{os.environ['HOSTNAME']} {self.client_address[0]}".encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
open('/tmp/ready', 'w')
http.server.ThreadingHTTPServer((os.environ['POD_IP'], 8123), Handler).serve_forever()
"""
READY = {
    "exec": {"command": ["test", "-e", "/tmp/ready"]},
    "periodSeconds": 1,
    "failureThreshold": 1,
}


def server():
    return python(
        SERVER,
        env=[{"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
        ports=[{"name": "http", "containerPort": 8123}],
        readinessProbe=READY,
    )


def service(name, **spec):
    ports = [{"name": "http", "port": 80 + 8000, "targetPort": "http"}]
    return {
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": "web"}, "ports": ports, **spec},
    }


def ask(address, path="/", port=8080):
    with urllib.request.urlopen(f"http://{address}:{port}{path}", timeout=5) as answer:
        return answer.read().decode()


def answers(address):
    try:
        return ask(address)
    except (urllib.error.URLError, OSError):
        return None


def refused(address, port=8080):
    try:
        socket.create_connection((address, port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_service_leads_to_its_ready_pods_and_to_no_other(cluster):
    cluster.create(service("web"))
    address = cluster.get("Service", "web")["spec"]["clusterIP"]
    assert refused(address)
    for name in ("one", "two"):
        cluster.run(name, server(), labels={"app": "web"})
    cluster.run("stranger", server(), labels={"app": "other"})
    cluster.wait_ready("one", "two", "stranger")
    wait_for(lambda: answers(address), within_s=5, what="the service answers")
    assert {ask(address).split()[0] for _ in range(8)} == {"one", "two"}
    assert ask(address).split()[1] == "127.0.0.1"

    ask(cluster.status("one")["podIP"], "/unready", port=8123)
    cluster.wait_condition("one", "Ready", "False")
    wait_for(
        lambda: {ask(address).split()[0] for _ in range(4)} == {"two"},
        within_s=5,
        what="only the ready pod is asked",
    )
    ask(cluster.status("two")["podIP"], "/unready", port=8123)
    wait_for(lambda: refused(address), within_s=5, what="a service without a ready pod refuses")
    ask(cluster.status("one")["podIP"], "/ready", port=8123)
    wait_for(lambda: answers(address), within_s=5, what="the service answers again")


def test_an_open_connection_stays_with_a_pod_that_is_no_longer_ready(cluster):
    cluster.create(service("web"))
    address = cluster.get("Service", "web")["spec"]["clusterIP"]
    cluster.run("one", server(), labels={"app": "web"})
    cluster.wait_ready("one")
    wait_for(lambda: answers(address), within_s=5, what="the service answers")
    connection = http.client.HTTPConnection(address, 8080, timeout=5)
    connection.request("GET", "/unready")
    assert connection.getresponse().read().startswith(b"one")
    wait_for(lambda: refused(address), within_s=5, what="new connections are refused")
    connection.request("GET", "/")
    assert connection.getresponse().read().startswith(b"one")
    connection.close()


def test_a_client_keeps_its_pod_where_the_service_says_so(cluster):
    cluster.create(service("web", sessionAffinity="ClientIP"))
    address = cluster.get("Service", "web")["spec"]["clusterIP"]
    for name in ("one", "two"):
        cluster.run(name, server(), labels={"app": "web"})
    cluster.wait_ready("one", "two")
    wait_for(lambda: answers(address), within_s=5, what="the service answers")
    assert len({ask(address).split()[0] for _ in range(6)}) == 1


def test_a_load_balancer_has_an_address_that_answers(cluster):
    cluster.create(service("web", type="LoadBalancer"))
    cluster.run("one", server(), labels={"app": "web"})
    cluster.wait_ready("one")

    def ingress():
        status = cluster.get("Service", "web")["status"].get("loadBalancer") or {}
        return (status.get("ingress") or [{}])[0].get("ip")

    address = wait_for(ingress, within_s=5, what="the load balancer has an address")
    assert wait_for(lambda: answers(address), within_s=5, what="it answers").startswith("one")


def lookup(server, name, kind=1, port=10053):
    """One DNS question over UDP: the response code and the addresses."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    question = (
        struct.pack("!HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, kind, 1)
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(5)
        asking.sendto(question, (server, port))
        answer = asking.recv(4096)
    count = struct.unpack_from("!H", answer, 6)[0]
    rest = answer[len(question) :]
    ips = [socket.inet_ntoa(rest[i * 16 + 12 : i * 16 + 16]) for i in range(count)]
    return answer[3] & 15, ips


def test_names_resolve_in_pods_and_on_the_machine_and_follow_readiness(cluster, kubelet):
    cluster.create(service("web"))
    headless = service("peers", clusterIP="None")
    cluster.create(headless)
    cluster.create(service("early", clusterIP="None", publishNotReadyAddresses=True))
    cluster.run("one", server(), labels={"app": "web"}, hostname="one", subdomain="peers")
    cluster.wait_ready("one")
    pod_ip = cluster.status("one")["podIP"]
    address = cluster.get("Service", "web")["spec"]["clusterIP"]
    there = f"{cluster.namespace}.svc.cluster.local"
    script = (
        "import socket, sys, time\n"
        "def ip(name):\n"
        "    try: return socket.gethostbyname(name)\n"
        "    except OSError: return '-'\n"
        "while True: print(*map(ip, sys.argv[1:]), flush=True); time.sleep(0.2)\n"
    )
    short = f"web.{cluster.namespace}"
    names = ["web", short, f"{short}.svc", f"web.{there}", f"peers.{there}", "one.peers"]
    names += [f"one.peers.{there}", "early", "client", "kubernetes.default.svc"]
    cluster.run("client", python(script, args=names))
    cluster.wait_ready("client")
    own_ip = cluster.status("client")["podIP"]
    api = f"127.{kubelet.api.block}.32.1"
    seen = [*[address] * 4, pod_ip, pod_ip, pod_ip, pod_ip, own_ip, api]
    cluster.wait_logs("client", " ".join(seen))
    assert lookup(kubelet.address, f"web.{there}") == (0, [address])
    assert lookup(kubelet.address, f"one.peers.{there}") == (0, [pod_ip])
    assert lookup(kubelet.address, f"web.{there}", kind=28) == (0, [])
    assert lookup(kubelet.address, f"no.{there}")[0] == 3
    assert f"{address}\tweb.{there} web." in (kubelet.root / "hosts").read_text()

    ask(pod_ip, "/unready", port=8123)
    gone = [*[address] * 4, "-", "-", "-", pod_ip, own_ip, api]
    cluster.wait_logs("client", " ".join(gone), tailLines=1)
    assert lookup(kubelet.address, f"one.peers.{there}")[0] == 3


def test_a_stateful_sets_pods_find_each_other_by_name(cluster):
    cluster.create(service("db", clusterIP="None", publishNotReadyAddresses=True))
    script = (
        "import os, signal, socket, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: os._exit(0))\n"
        "while True:\n"
        "    try: print(*[socket.gethostbyname(f'db-{n}.db') for n in (0, 1)], flush=True)\n"
        "    except OSError: pass\n"
        "    time.sleep(0.2)\n"
    )
    labels = {"app": "web"}
    cluster.create(
        {
            "kind": "StatefulSet",
            "metadata": {"name": "db"},
            "spec": {
                "replicas": 2,
                "serviceName": "db",
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": cluster.pod_spec(python(script)),
                },
            },
        }
    )
    for name in ("db-0", "db-1"):
        wait_for(lambda name=name: cluster.get("Pod", name), within_s=15, what=f"{name} is made")
    cluster.wait_ready("db-0", "db-1")
    ips = [cluster.status(name)["podIP"] for name in ("db-0", "db-1")]
    for name in ("db-0", "db-1"):
        cluster.wait_logs(name, " ".join(ips))


def test_host_aliases_are_in_the_hosts_file(cluster):
    alias = [{"ip": "127.9.9.9", "hostnames": ["far.example"]}]
    cluster.run("pod", shell("cat /etc/hosts"), hostAliases=alias, restartPolicy="Never")
    cluster.wait_phase("pod", "Succeeded")
    assert "127.9.9.9\tfar.example\n" in cluster.logs("pod")
