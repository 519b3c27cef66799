import urllib.error
import urllib.request

from prometheus_client import CollectorRegistry, Gauge

from control.telemetry.health_server import serve


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_health_and_metrics_on_each_port() -> None:
    registry = CollectorRegistry()
    Gauge("byoc_example", "An example.", registry=registry).set(3)
    problems: list[str] = []
    servers = serve("127.0.0.1", (0, 0), registry, lambda: problems[0] if problems else None)
    try:
        for server in servers:
            assert get(server.server_port, "/healthz") == (200, "ok")
            assert "byoc_example 3.0" in get(server.server_port, "/metrics")[1]
            assert get(server.server_port, "/")[0] == 404
        problems.append("no pass has succeeded")
        assert get(servers[0].server_port, "/healthz") == (503, "no pass has succeeded")
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
