"""/healthz and /metrics of a small program, on each of its ports."""

import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

Problem = Callable[[], str | None]
"""What is wrong with the program now, in a sentence."""


def serve(
    address: str, ports: tuple[int, ...], registry: CollectorRegistry, problem: Problem
) -> list[ThreadingHTTPServer]:
    servers = [ThreadingHTTPServer((address, port), handler(registry, problem)) for port in ports]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    return servers


def handler(registry: CollectorRegistry, problem: Problem) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                self.answer(HTTPStatus.OK, generate_latest(registry), CONTENT_TYPE_LATEST)
            elif path == "/healthz":
                wrong = problem()
                status = HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK
                self.answer(status, (wrong or "ok").encode(), "text/plain; charset=utf-8")
            else:
                self.answer(HTTPStatus.NOT_FOUND, b"only /healthz and /metrics", "text/plain")

        def answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Scrapes and probes are no news."""

    return Handler
