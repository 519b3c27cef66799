import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from control.controller.cluster import Login
from control.controller.sql_client import HttpSql, SqlError

LOGIN = Login(user="byoc_operator", password="hunter2")


class Server(ThreadingHTTPServer):
    asked: list[dict[str, Any]]


class Replica(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        statement = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append(
            {
                "statement": statement,
                "user": self.headers["X-ClickHouse-User"],
                "key": self.headers["X-ClickHouse-Key"],
                "settings": parse_qs(urlsplit(self.path).query),
                "path": self.path,
            }
        )
        refused = statement.startswith("DROP")
        body = b"Code: 392. DB::Exception: prohibited" if refused else b'{"x":1}\n{"x":2}\n'
        self.send_response(500 if refused else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def replica() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Replica) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_rows_are_read_and_settings_sent(replica: Server) -> None:
    sql = HttpSql(port=replica.server_port)
    assert sql.rows(LOGIN, "127.0.0.1", "SELECT 1") == [{"x": 1}, {"x": 2}]
    sql.run(LOGIN, "127.0.0.1", "SYSTEM SYNC", {"max_table_size_to_drop": 0})
    assert replica.asked[1]["settings"] == {"max_table_size_to_drop": ["0"]}


def test_the_password_travels_in_a_header_only(replica: Server) -> None:
    HttpSql(port=replica.server_port).rows(LOGIN, "127.0.0.1", "SELECT 1")
    [asked] = replica.asked
    assert (asked["user"], asked["key"]) == ("byoc_operator", "hunter2")
    assert "hunter2" not in asked["path"]
    assert "hunter2" not in repr(LOGIN)


def test_a_refusal_carries_the_servers_words(replica: Server) -> None:
    with pytest.raises(SqlError, match=r"refused: Code: 392\. DB::Exception: prohibited"):
        HttpSql(port=replica.server_port).run(LOGIN, "127.0.0.1", "DROP DATABASE x")


def test_silence_is_an_error_of_the_same_kind() -> None:
    with pytest.raises(SqlError, match=r"127\.0\.0\.1:9 does not answer"):
        HttpSql(port=9).rows(LOGIN, "127.0.0.1", "SELECT 1")
