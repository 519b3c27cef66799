"""One server of the launcher, as its clients, its pod and Kubernetes see it."""

from __future__ import annotations

import contextlib
import http.client
import signal
import socket
import ssl
import threading
from dataclasses import replace
from pathlib import Path

import clickhouse_connect
import pytest

from local.pki import Authority
from tests.local.clickhouse.documents import SECRETS, tls_ports, users_in_folder
from tests.local.clickhouse.processes import (
    DEFAULT_PASSWORD,
    HTTP_PORT,
    METRICS_PORT,
    OPERATOR_PASSWORD,
    TCP_PORT,
    QueryError,
    Server,
    text_of,
)
from tests.waiting import wait_for

HELLO, EXCEPTION = 0, 2
PROTOCOL_REVISION = 54058


def test_a_server_answers_clients_of_both_protocols(server: Server) -> None:
    server.start()
    client = clickhouse_connect.get_client(
        host=server.address, port=HTTP_PORT, username="default", password=DEFAULT_PASSWORD
    )
    client.command("CREATE TABLE numbers (n UInt64) ORDER BY n")
    client.insert("numbers", [[1], [2]], column_names=["n"])
    assert client.query("SELECT sum(n) FROM numbers").result_rows == [(3,)]
    assert native_hello(server.address, "default", DEFAULT_PASSWORD) == HELLO
    assert native_hello(server.address, "default", "wrong") == EXCEPTION


def native_hello(address: str, user: str, password: str) -> int:
    with socket.create_connection((address, TCP_PORT), timeout=10) as connection:
        return native_hello_over(connection, user, password)


def native_hello_over(connection: socket.socket, user: str, password: str) -> int:
    """The type of the packet that answers the native protocol's first one."""
    words = [b"test", b"", user.encode(), password.encode()]
    name, *rest = [bytes([len(word)]) + word for word in words]
    version = bytes([26, 9]) + varint(PROTOCOL_REVISION)
    connection.sendall(b"\0" + name + version + b"".join(rest))
    return connection.recv(1)[0]


def varint(number: int) -> bytes:
    content = b""
    while number >= 0x80:
        content += bytes([number & 0x7F | 0x80])
        number >>= 7
    return content + bytes([number])


def test_everybody_needs_a_password_wherever_they_come_from(server: Server) -> None:
    server.start()
    for source in ("127.0.0.1", server.address):
        for user in ("default", "byoc_operator", "_engine"):
            with pytest.raises(QueryError, match="Authentication failed"):
                server.query("SELECT 1", user=user, password="", source=source)
        assert server.query("SELECT currentUser()", source=source) == "default"
    operator = server.query("SELECT currentUser()", "byoc_operator", OPERATOR_PASSWORD)
    assert operator == "byoc_operator"


def test_the_server_tells_of_itself_as_a_server_does(server: Server) -> None:
    server.start()
    columns = "currentDatabase(), hostName(), getServerPort('tcp_port'), getServerPort('http_port')"
    told = server.query(f"SELECT {columns}").split("\t")
    assert told == ["default", server.address, str(TCP_PORT), str(HTTP_PORT)]
    identity = (server.config_file.parent / "data" / "uuid").read_text()
    assert server.query("SELECT serverUUID()") == identity
    running = server.query("SELECT query FROM system.processes")
    assert running == "SELECT query FROM system.processes"
    leaked = "('implicit_select', 'allow_introspection_functions')"
    settings = server.query(f"SELECT value FROM system.settings WHERE name IN {leaked}")
    assert settings.split() == ["0", "0"]


def test_finished_queries_are_in_the_log_which_outlives_the_process(server: Server) -> None:
    server.start()
    server.query("SELECT 'find me'")
    server.query("SYSTEM FLUSH LOGS")
    found = "SELECT count() FROM system.query_log WHERE query = 'SELECT \\'find me\\''"
    assert server.query(f"{found} AND type = 'QueryFinish' AND user = 'default'") == "1"
    assert "event_date + toIntervalDay(30)" in server.query("SHOW CREATE TABLE system.query_log")
    assert server.stop() == 0
    server.start()
    assert server.query(found) == "2"


def test_metrics_have_the_servers_names(server: Server) -> None:
    server.start()
    wanted = (
        "ClickHouseProfileEvents_Query",
        "ClickHouseMetrics_MemoryTracking",
        "ClickHouseAsyncMetrics_MemoryResident",
        "ClickHouseAsyncMetrics_OSUserTime",
    )

    def all_there() -> bool:
        text = text_of(f"http://{server.address}:{METRICS_PORT}/metrics")
        return all(f"\n{name} " in text for name in wanted)

    wait_for(all_there, within_s=10, what="the metrics are exported")
    resident = "SELECT value > 0 FROM system.asynchronous_metrics WHERE metric = 'MemoryResident'"
    assert server.query(resident) == "1"


def test_nothing_acknowledged_is_lost_when_stopped_under_load(server: Server) -> None:
    server.start()
    server.query("CREATE TABLE load (n UInt64) ENGINE = MergeTree ORDER BY n")
    acknowledged: list[int] = []

    def insert() -> None:
        for number in range(100_000):
            try:
                server.query(f"INSERT INTO load VALUES ({number})")
            except (OSError, QueryError):
                return
            acknowledged.append(number)

    writer = threading.Thread(target=insert)
    writer.start()
    wait_for(lambda: len(acknowledged) > 50, within_s=20, what="inserts are acknowledged")
    assert server.stop() == 0
    writer.join(30)
    server.start()
    kept = server.query("SELECT count() FROM load WHERE n <= " + str(acknowledged[-1]))
    assert int(kept) == len(acknowledged)


def test_a_running_query_is_waited_for(server: Server) -> None:
    server.start()
    answers: list[str] = []
    slow = threading.Thread(target=lambda: answers.append(server.query("SELECT sleep(2), 7")))
    slow.start()
    running = "SELECT count() FROM system.processes WHERE query LIKE '%sleep(2)%'"
    wait_for(lambda: server.query(running) == "2", within_s=10, what="the query runs")
    assert server.stop() == 0
    slow.join(10)
    assert answers == ["0\t7"]


def test_a_killed_server_comes_back_with_its_data(server: Server) -> None:
    server.start()
    server.query("CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n")
    server.query("INSERT INTO kept SELECT number FROM numbers(1000)")
    server.signal(signal.SIGKILL)
    assert server.wait() == -signal.SIGKILL
    server.start()
    assert server.query("SELECT count() FROM kept") == "1000"


def test_users_made_by_sql_outlive_the_process(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "access"
    text = server.config_file.read_text()
    server.config_file.write_text(
        text.replace("</clickhouse>", users_in_folder(folder) + "</clickhouse>")
    )
    server.start()
    server.query("CREATE USER anna IDENTIFIED BY 'secret'")
    server.query("GRANT SELECT ON system.one TO anna")
    assert server.stop() == 0
    server.start()
    assert server.query("SELECT dummy FROM system.one", "anna", "secret") == "0"
    server.query("DROP USER anna")
    wait_for(lambda: not list(folder.iterdir()), within_s=10, what="the user's file is gone")


def test_tls_ports_serve_with_the_configured_certificate(server: Server, tmp_path: Path) -> None:
    authority = Authority.create()
    certificate, key = authority.issue_server("server", [server.address])
    (tmp_path / "server.crt").write_text(certificate)
    (tmp_path / "server.key").write_text(key)
    more = tls_ports(8443, 9440, tmp_path / "server.crt", tmp_path / "server.key")
    text = server.config_file.read_text()
    server.config_file.write_text(text.replace("</clickhouse>", more + "</clickhouse>"))
    server.start()
    trusting = ssl.create_default_context(cadata=authority.certificate_pem)

    def ping() -> bool:
        with contextlib.suppress(ConnectionRefusedError):
            connection = http.client.HTTPSConnection(server.address, 8443, context=trusting)
            connection.request("GET", "/ping")
            return connection.getresponse().read() == b"Ok.\n"
        return False

    wait_for(ping, within_s=10, what="the TLS port answers")
    with (
        socket.create_connection((server.address, 9440), timeout=10) as plain,
        trusting.wrap_socket(plain, server_hostname=server.address) as secure,
    ):
        assert native_hello_over(secure, "default", DEFAULT_PASSWORD) == HELLO


def test_a_missing_certificate_is_named(server: Server, tmp_path: Path) -> None:
    more = tls_ports(8443, 9440, tmp_path / "none.crt", tmp_path / "none.key")
    text = server.config_file.read_text()
    server.config_file.write_text(text.replace("</clickhouse>", more + "</clickhouse>"))
    server.spawn()
    assert server.wait() == 36
    assert "openSSL.server.certificateFile" in server.log()


def test_an_address_in_use_ends_the_server_with_an_error(server: Server) -> None:
    with socket.create_server((server.address, HTTP_PORT)):
        server.spawn()
        assert server.wait() == 1
    assert "Address already in use" in server.log()


def test_a_missing_variable_is_named(server: Server) -> None:
    without = dict(SECRETS)
    del without["DEFAULT_PASSWORD_SHA256"]
    broken = replace(server, env=without)
    broken.spawn()
    assert broken.wait() != 0
    assert "DEFAULT_PASSWORD_SHA256" in broken.log()


def test_a_library_of_another_build_is_refused(server: Server, tmp_path: Path) -> None:
    library = tmp_path / "packages" / "chdb" / "_chdb.abi3.so"
    library.parent.mkdir(parents=True)
    library.write_bytes(b"\x7fELF of something else")
    path = server.program.env["PYTHONPATH"].split(":")[0] + f":{library.parent.parent}"
    program = replace(server.program, env={**server.program.env, "PYTHONPATH": path})
    other = replace(server, program=program)
    other.spawn()
    assert other.wait() == 36
    assert "is not the build" in other.log()
    assert "genuine `clickhouse` binary" in other.log()
