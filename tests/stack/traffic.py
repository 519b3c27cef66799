"""Clients that insert and read without pause, and keep account of every row and failure."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

HTTP_PORT = 8123
BATCH = 20
PAUSE_S = 0.15
PATIENCE_S = 120.0
TABLE = "traffic"
CREATE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (writer String, batch UInt32, n UInt8)
ORDER BY (writer, batch, n)
SETTINGS storage_policy = 'default'
"""
"""On the volumes: the emulator of S3 takes but a few objects a second."""


@dataclass
class Connection:
    """One kept-alive HTTP connection. HTTP lets a server close an idle one, and then the client
    says its request again over a new one; nothing else is forgiven."""

    address: Callable[[], str]
    password: str
    reconnects: int = 0
    link: http.client.HTTPConnection | None = None

    def say(self, statement: str) -> str:
        if self.link is not None:
            try:
                return self.send(self.link, statement)
            except (http.client.RemoteDisconnected, ConnectionError):
                self.reconnects += 1
                self.link.close()
        self.link = http.client.HTTPConnection(self.address(), HTTP_PORT, timeout=PATIENCE_S)
        return self.send(self.link, statement)

    def send(self, link: http.client.HTTPConnection, statement: str) -> str:
        headers = {"X-ClickHouse-User": "default", "X-ClickHouse-Key": self.password}
        link.request("POST", "/", statement.encode(), headers)
        answer = link.getresponse()
        text = answer.read().decode(errors="replace")
        if answer.will_close:
            link.close()
            self.link = None
        if answer.status != http.client.OK:
            raise RuntimeError(f"{answer.status}: {text.strip()[:300]}")
        return text

    def close(self) -> None:
        if self.link is not None:
            self.link.close()


@dataclass
class Client:
    """A thread that says one statement after the other until it is told to stop."""

    name: str
    connection: Connection
    answered: int = 0
    failures: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self.run, name=self.name, daemon=True)

    def run(self) -> None:
        while not self.stopping.wait(PAUSE_S):
            try:
                self.check(self.connection.say(self.statement()))
                self.answered += 1
            except Exception as error:
                self.failures.append(f"{self.name}, {self.answered}: {error!r}")
                self.connection.close()
                self.connection.link = None
        self.connection.close()

    def statement(self) -> str:
        raise NotImplementedError

    def check(self, answer: str) -> None:
        raise NotImplementedError


@dataclass
class Writer(Client):
    """Every batch is its own: one that had no answer is said again, and the server knows it."""

    table: str = TABLE

    def statement(self) -> str:
        rows = ",".join(f"('{self.name}',{self.answered},{n})" for n in range(BATCH))
        return f"INSERT INTO {self.table} VALUES {rows}"

    def check(self, answer: str) -> None:
        if answer:
            raise RuntimeError(f"an insert answered {answer!r}")


class Reader(Client):
    def statement(self) -> str:
        return f"SELECT count(), uniqExact(writer, batch, n) FROM {TABLE}"

    def check(self, answer: str) -> None:
        rows, distinct = map(int, answer.split())
        if rows != distinct:
            raise RuntimeError(f"{rows} rows, {distinct} of them different")


@dataclass
class Traffic:
    clients: Sequence[Client]

    def __enter__(self) -> Traffic:
        for client in self.clients:
            client.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        for client in self.clients:
            client.stopping.set()
        for client in self.clients:
            client.thread.join(PATIENCE_S * 2)

    @property
    def failures(self) -> list[str]:
        return [failure for client in self.clients for failure in client.failures]

    @property
    def rows(self) -> int:
        """What the servers have said is in the table."""
        return sum(c.answered * BATCH for c in self.clients if isinstance(c, Writer))

    @property
    def queries(self) -> int:
        return sum(client.answered for client in self.clients)

    @property
    def reconnects(self) -> int:
        return sum(client.connection.reconnects for client in self.clients)
