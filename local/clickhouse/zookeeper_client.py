"""The few requests of ZooKeeper's protocol that change an ensemble's members."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

TIMEOUT_S = 10
SESSION_MS = 10_000
AUTH_XID, AUTH, RECONFIG, CLOSE = -4, 100, 16, -11
ANY_VERSION = -1
OK = 0


class RefusedError(Exception):
    """ZooKeeper answered with an error, or not at all."""


@dataclass(frozen=True)
class Session:
    connection: socket.socket

    def authenticate(self, user: str, password: str) -> None:
        packet = struct.pack(">i", 0) + text("digest") + text(f"{user}:{password}")
        self.request(AUTH_XID, AUTH, packet)

    def reconfigure(self, servers: list[str]) -> None:
        """The ensemble as a whole, in the words of its configuration."""
        nothing = text(None)
        packet = nothing + nothing + text(",".join(servers)) + struct.pack(">q", ANY_VERSION)
        self.request(1, RECONFIG, packet)

    def close(self) -> None:
        self.request(2, CLOSE, b"")

    def request(self, xid: int, kind: int, packet: bytes) -> None:
        send(self.connection, struct.pack(">ii", xid, kind) + packet)
        while True:
            answer = receive(self.connection)
            answered, _, error = struct.unpack(">iqi", answer[:16])
            if answered == xid:
                break
        if error != OK:
            raise RefusedError(f"ZooKeeper answered request {kind} with error {error}")


@contextmanager
def session(address: str, port: int) -> Iterator[Session]:
    try:
        with socket.create_connection((address, port), timeout=TIMEOUT_S) as connection:
            opening = struct.pack(">iqiq", 0, 0, SESSION_MS, 0) + struct.pack(">i", 16) + bytes(16)
            send(connection, opening + b"\0")
            receive(connection)
            made = Session(connection)
            yield made
            made.close()
    except (OSError, struct.error) as error:
        raise RefusedError(str(error)) from error


def text(value: str | None) -> bytes:
    if value is None:
        return struct.pack(">i", -1)
    content = value.encode()
    return struct.pack(">i", len(content)) + content


def send(connection: socket.socket, packet: bytes) -> None:
    connection.sendall(struct.pack(">i", len(packet)) + packet)


def receive(connection: socket.socket) -> bytes:
    (size,) = struct.unpack(">i", exactly(connection, 4))
    return exactly(connection, size)


def exactly(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        chunk = connection.recv(size - len(content))
        if not chunk:
            raise RefusedError("ZooKeeper closed the connection")
        content += chunk
    return content
