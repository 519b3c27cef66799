"""Servers and Keepers of the launchers as processes of a test, on loopback addresses of their
own."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.clickhouse.engine import PodProgram
from tests.waiting import wait_for

HTTP_PORT, TCP_PORT, INTERSERVER_PORT, METRICS_PORT, KEEPER_PORT = 8123, 9000, 9009, 9363, 9181
STARTS_WITHIN_S = 30
STOPS_WITHIN_S = 120
DEFAULT_PASSWORD = "people"
OPERATOR_PASSWORD = "machinery"


class QueryError(Exception):
    """The server's answer to a query that it refused."""


@dataclass(kw_only=True)
class Process:
    """A pod's program with its configuration; may be started again after it ended."""

    program: PodProgram
    config_file: Path
    address: str
    env: Mapping[str, str] = field(default_factory=dict)
    running: subprocess.Popen[bytes] | None = None

    @property
    def log_file(self) -> Path:
        return self.config_file.with_suffix(".log")

    def spawn(self) -> None:
        argv = [*self.program.argv, f"--config-file={self.config_file}"]
        env = {**os.environ, **self.program.env, **self.env, "POD_IP": self.address}
        with self.log_file.open("ab") as log:
            self.running = subprocess.Popen(argv, env=env, stdout=log, stderr=log)

    def signal(self, number: signal.Signals) -> None:
        assert self.running
        self.running.send_signal(number)

    def wait(self) -> int:
        assert self.running
        return self.running.wait(STOPS_WITHIN_S)

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        if self.running and self.running.poll() is None:
            self.running.kill()
            self.running.wait()

    def log(self) -> str:
        return self.log_file.read_text() if self.log_file.exists() else ""


@dataclass(kw_only=True)
class Server(Process):
    rid: str

    def start(self) -> None:
        self.spawn()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        assert self.running
        running = self.running

        def ping() -> bool:
            assert running.poll() is None, self.log()[-3000:]
            with contextlib.suppress(OSError):
                return self.get("/ping") == "Ok.\n"
            return False

        wait_for(ping, within_s=STARTS_WITHIN_S, what=f"{self.rid} answers")

    def get(self, path: str, port: int = HTTP_PORT) -> str:
        connection = http.client.HTTPConnection(self.address, port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path)
            return connection.getresponse().read().decode()

    def query(
        self,
        statement: str,
        user: str = "default",
        password: str = DEFAULT_PASSWORD,
        source: str | None = None,
        **settings: object,
    ) -> str:
        connection = http.client.HTTPConnection(
            self.address, HTTP_PORT, timeout=60, source_address=(source, 0) if source else None
        )
        credentials = b64encode(f"{user}:{password}".encode()).decode()
        with contextlib.closing(connection):
            connection.request(
                "POST",
                "/?" + urllib.parse.urlencode(settings),
                body=statement.encode(),
                headers={"Authorization": f"Basic {credentials}"},
            )
            answer = connection.getresponse()
            text = answer.read().decode()
        if answer.status != 200:
            raise QueryError(text)
        return text.strip()


@dataclass(kw_only=True)
class Keeper(Process):
    def state(self) -> str:
        """leader, follower, or nothing while the member does not serve."""
        for line in self.say("srvr").splitlines():
            if line.startswith("Mode: "):
                return line.removeprefix("Mode: ")
        return ""

    def say(self, word: str) -> str:
        content = b""
        with (
            contextlib.suppress(OSError),
            socket.create_connection((self.address, KEEPER_PORT), timeout=2) as connection,
        ):
            connection.sendall(word.encode())
            while chunk := connection.recv(1 << 16):
                content += chunk
        return content.decode()


@contextlib.contextmanager
def ended_afterwards(*processes: Process) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.kill()


def text_of(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        content: bytes = answer.read()
        return content.decode()
