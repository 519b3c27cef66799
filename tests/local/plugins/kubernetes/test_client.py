"""Requests that meet a server in trouble."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local.plugins.kubernetes import client as client_module
from local.plugins.kubernetes.client import ApiError, Client, Unreachable
from local.plugins.kubernetes.kubeconfig import ClusterAccess


class Scripted(ThreadingHTTPServer):
    """Answers with the next of `script`, each (status, headers, body); cuts the line at 0."""

    script: list[tuple[int, dict[str, str], object]]
    seen: list[tuple[str, str]]


class Handler(BaseHTTPRequestHandler):
    server: Scripted

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.path))
        status, headers, body = self.server.script.pop(0)
        if not status:
            self.connection.close()
            return
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PATCH = do_DELETE = answer  # noqa: N815 (the names of the base class)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    quick = client_module.RETRIES.new(backoff_factor=0.001)
    monkeypatch.setattr(client_module, "RETRIES", quick)
    monkeypatch.setattr(client_module, "INTERNAL_ERROR_PAUSES_S", (0.001, 0.001))
    with Scripted(("127.201.0.9", 0), Handler) as server:
        server.script, server.seen = [], []
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def client_of(server: Scripted) -> Client:
    host, port = server.server_address[:2]
    return Client(ClusterAccess(server=f"http://{host!s}:{port}"))


TROUBLE: dict[str, tuple[int, dict[str, str], object]] = {
    "too many requests": (429, {"Retry-After": "0"}, {}),
    "unavailable": (503, {}, {}),
    "internal error": (500, {}, {}),
    "connection cut": (0, {}, {}),
}


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE.keys())
def test_passing_trouble_is_waited_out(
    server: Scripted, trouble: tuple[int, dict[str, str], object]
) -> None:
    server.script = [trouble, trouble, (200, {}, {"kind": "Thing"})]
    assert client_of(server).apply("/a", {}, {}).body == {"kind": "Thing"}
    assert len(server.seen) == 3


def test_lasting_trouble_ends_with_the_servers_words(server: Scripted) -> None:
    server.script = [(503, {}, {"message": "etcd is down"})] * 20
    with pytest.raises(ApiError, match="etcd is down"):
        client_of(server).get("/a")
    assert len(server.seen) == client_module.RETRIES.total + 1  # type: ignore[operator]


def test_unknown_field_is_refused_at_once(server: Scripted) -> None:
    message = "failed to create typed patch object: .spec.n: field not declared in schema"
    server.script = [(500, {}, {"message": message})] * 9
    with pytest.raises(ApiError, match=r"spec\.n"):
        client_of(server).get("/a")
    assert len(server.seen) == 1


def test_refusal_is_not_repeated(server: Scripted) -> None:
    server.script = [(403, {}, {"message": "things is forbidden", "reason": "Forbidden"})]
    with pytest.raises(ApiError, match="things is forbidden"):
        client_of(server).get("/a")
    assert len(server.seen) == 1


def test_warnings_are_passed_on(server: Scripted) -> None:
    server.script = [(200, {"Warning": '299 - "old things are deprecated"'}, {})]
    assert client_of(server).apply("/a", {}, {}).warnings == ("old things are deprecated",)


def test_silent_cluster_is_named(server: Scripted) -> None:
    quick = Client(ClusterAccess(server="http://127.201.0.9:1"))
    with pytest.raises(Unreachable, match=r"cluster at http://127\.201\.0\.9:1 cannot be reached"):
        quick.get("/a")
