"""A client of Keeper that writes one node after the other, and remembers what was acknowledged."""

from __future__ import annotations

import contextlib
import struct
import threading
from collections.abc import Iterator, Sequence

from local.clickhouse.zookeeper_client import RefusedError, Session, receive, send, session, text

CREATE, CHILDREN = 1, 8
FOLDER = "/written"
OPEN_TO_ALL = struct.pack(">ii", 1, 31) + text("world") + text("anyone")
PERSISTENT = struct.pack(">i", 0)


class SteadyWriter:
    """Goes to the next member that it knows when one does not answer, as a server does."""

    def __init__(self, addresses: Sequence[str], port: int) -> None:
        self.addresses, self.port = addresses, port
        self.acknowledged: list[str] = []
        self.sessions = 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        turn = 0
        while not self.stopping.is_set():
            address = self.addresses[turn % len(self.addresses)]
            with contextlib.suppress(RefusedError), session(address, self.port) as asked:
                self.sessions += 1
                self.write(asked)
            turn += 1
            self.stopping.wait(0.05)

    def write(self, asked: Session) -> None:
        if not self.acknowledged:
            with contextlib.suppress(RefusedError):  # it may be there already
                create(asked, FOLDER)
        number = 0
        while not self.stopping.wait(0.01):
            name = f"{self.sessions}-{number}"
            create(asked, f"{FOLDER}/{name}")
            self.acknowledged.append(name)
            number += 1


@contextlib.contextmanager
def writing(addresses: Sequence[str], port: int) -> Iterator[SteadyWriter]:
    writer = SteadyWriter(addresses, port)
    writer.thread.start()
    try:
        yield writer
    finally:
        writer.stopping.set()
        writer.thread.join()


def create(asked: Session, path: str) -> None:
    asked.request(7, CREATE, text(path) + text("x") + OPEN_TO_ALL + PERSISTENT)


def written(address: str, port: int) -> set[str]:
    with session(address, port) as asked:
        send(asked.connection, struct.pack(">ii", 8, CHILDREN) + text(FOLDER) + b"\0")
        return set(names(receive(asked.connection)[16:]))


def names(packet: bytes) -> Iterator[str]:
    (count,) = struct.unpack(">i", packet[:4])
    at = 4
    for _ in range(count):
        (size,) = struct.unpack(">i", packet[at : at + 4])
        yield packet[at + 4 : at + 4 + size].decode()
        at += 4 + size
