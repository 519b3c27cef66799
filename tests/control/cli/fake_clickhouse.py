"""An HTTP server that answers as ClickHouse does on its HTTP port."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

READ_ONLY = (
    "Code: 164. DB::Exception: default: Cannot execute query in readonly mode."
    " (READONLY) (version 26.9.2.1)"
)
LATE = "Code: 395. DB::Exception: thrown late. (FUNCTION_THROW_IF_VALUE_IS_NON_ZERO)"
TABLE = "JSONCompactStringsEachRowWithNamesAndTypes"


@dataclass(frozen=True, kw_only=True)
class Seen:
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass(kw_only=True)
class FakeClickHouse:
    password: str
    seen: list[Seen] = field(default_factory=list)

    @property
    def statements(self) -> list[str]:
        return [each.body for each in self.seen]


@contextmanager
def serving(address: str, port: int, password: str) -> Iterator[FakeClickHouse]:
    fake = FakeClickHouse(password=password)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            url = urlsplit(self.path)
            seen = Seen(
                path=url.path,
                params=dict(parse_qsl(url.query)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=read_chunks(self),
            )
            fake.seen.append(seen)
            answer(self, fake, seen)

        def log_message(self, *_: object) -> None:
            """Tests read `seen` instead."""

    server = ThreadingHTTPServer((address, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()


def read_chunks(handler: BaseHTTPRequestHandler) -> str:
    text = b""
    while size := int(handler.rfile.readline(), 16):
        text += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return text.decode()


def answer(handler: BaseHTTPRequestHandler, fake: FakeClickHouse, seen: Seen) -> None:
    if seen.headers.get("x-clickhouse-key") != fake.password:
        return finish(handler, 403, "Code: 516. DB::Exception: Authentication failed.", code=516)
    if seen.body.startswith(("INSERT", "CREATE")) and "allowed" not in seen.body:
        return finish(handler, 500, READ_ONLY, code=164)
    if "buffered" in seen.body:
        return finish(handler, 500, "1\tone\n" * 20_000 + LATE, code=395)
    if "late" in seen.body:
        return break_off(handler)
    return finish(handler, 200, rows(seen.params["default_format"]), seen=seen)


def rows(format_: str) -> str:
    values = [["1", "one"], ["22", None]]
    if format_ == TABLE:
        lines = [["n", "name"], ["UInt64", "Nullable(String)"], *values]
        return "".join(json.dumps(line) + "\n" for line in lines)
    return "1\tone\n22\t\\N\n"


def finish(
    handler: BaseHTTPRequestHandler,
    status: int,
    text: str,
    *,
    code: int = 0,
    seen: Seen | None = None,
) -> None:
    body = text.encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    if code:
        handler.send_header("X-ClickHouse-Exception-Code", str(code))
    if seen:
        handler.send_header("X-ClickHouse-Format", seen.params["default_format"])
    handler.end_headers()
    handler.wfile.write(body)


def break_off(handler: BaseHTTPRequestHandler) -> None:
    """Status 200 and some rows, then the error and no end of the body."""
    text = f"1\tone\n{LATE}\n".encode()
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.send_header("X-ClickHouse-Format", "TabSeparated")
    handler.end_headers()
    handler.wfile.write(f"{len(text):x}\r\n".encode() + text + b"\r\n")
    handler.wfile.flush()
    handler.close_connection = True
