"""A proxy before the local AWS at which calls go wrong, and are counted."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.aws.application import signed_service
from local.aws.failures import failure
from tests.faults.faults import NOT_FOUND, Fault, Plan
from tests.local.aws.cloud import ADDRESS

WITHIN_S = 120
CODES = {
    Fault.THROTTLED: (400, "Throttling"),
    Fault.BROKEN: (500, "InternalFailure"),
}


@dataclass(kw_only=True)
class Weather:
    """What the proxy does, and what it has done; the tests change it between two runs."""

    plan: Plan | None = None
    done: Counter[Fault] = field(default_factory=Counter)
    writes: int = 0
    on_write: Callable[[int], Fault] | None = None
    """Told the number of the write before it is passed on, and what becomes of it."""
    under_way: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, action: str, arguments: str, *, is_write: bool) -> Fault:
        with self.lock:
            self.writes += is_write
            if is_write and self.on_write:
                fault = self.on_write(self.writes)
                if fault is not Fault.NONE:
                    return fault
            fault = self.plan.fault(action, arguments) if self.plan else Fault.NONE
            self.done[fault] += 1
            return fault

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        """Calls that are under way: whoever asked for one may be gone before it is done."""
        with self.lock:
            self.under_way += 1
        try:
            yield
        finally:
            with self.lock:
                self.under_way -= 1


@contextlib.contextmanager
def faulty(url: str, weather: Weather) -> Iterator[str]:
    """The address of a proxy before `url`."""

    class Handler(Passing):
        target = urlsplit(url).netloc
        sky = weather

    server = Quiet((ADDRESS, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://{ADDRESS}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked was killed."""


class Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    target: str
    sky: Weather

    def answer(self) -> None:
        with self.sky.counted():
            self.answered()

    def answered(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        action = action_of(self.command, self.path, self.headers, body)
        is_write = not action.startswith(("Describe", "Get", "List", "HEAD", "Assume"))
        fault = self.sky.fault(action, arguments_of(self.path, body), is_write=is_write)
        if fault is Fault.CUT_OFF:
            self.close_connection = True
            return None
        if fault in CODES or fault is Fault.NOT_SEEN:
            status, code = CODES.get(fault, (404, NOT_FOUND.get(action, "")))
            return self.refuse(400 if "Invalid" in code else status, code)
        status, headers, content = self.passed_on(body)
        if fault is Fault.LOST:
            self.close_connection = True
            return None
        return self.send(status, headers, content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = answer  # noqa: N815 - its names

    def passed_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.target, timeout=WITHIN_S)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()

    def refuse(self, status: int, code: str) -> None:
        environ = {
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_AUTHORIZATION": self.headers.get("Authorization", ""),
        }
        made = failure(environ, signed_service(environ), status, code, "the weather")
        self.send(status, list(made.headers), made.get_data())

    def send(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                    self.send_header(name, value)
            length = dict(headers).get("Content-Length") if self.command == "HEAD" else None
            self.send_header("Content-Length", length or str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def action_of(method: str, path: str, headers: Any, body: bytes) -> str:
    target = headers.get("X-Amz-Target")
    if target:
        return str(target).rpartition(".")[2]
    if b"Action=" in body:
        return parse_qs(body.decode(errors="replace")).get("Action", [""])[0]
    return {"GET": "Get", "HEAD": "HEAD"}.get(method, method) + urlsplit(path).path


def arguments_of(path: str, body: bytes) -> str:
    """Without what only tells two attempts apart."""
    text = body.decode(errors="replace")
    if "Action=" not in text:
        return path
    return "&".join(sorted(p for p in text.split("&") if not p.startswith("ClientToken")))
