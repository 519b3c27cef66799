"""Listens on the addresses of Services and connects each client to one of the Service's pods."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from control.controller.activator.splice import Splice, abort
from local.kubelet.network.service_table import Backends, Place

log = logging.getLogger(__name__)
BACKLOG = 512
ACCEPTS_IN_A_ROW = 64
CONNECT_TIMEOUT_S = 10.0
IP_BIND_ADDRESS_NO_PORT = 24


@dataclass(frozen=True, kw_only=True)
class Sticky:
    place: Place
    used_at_s: float


class ServiceProxy:
    """A Service without backends has no listener: its clients are refused."""

    def __init__(self) -> None:
        self.connections = 0
        self.refused_by_system: dict[Place, str] = {}
        self._listeners: dict[Place, Listener] = {}

    @property
    def listening(self) -> list[Place]:
        return list(self._listeners)

    def update(self, table: Mapping[Place, Backends]) -> None:
        """Follow the table at once. Open connections stay with the pod that they have."""
        wanted = {front: backends for front, backends in table.items() if backends.places}
        for front in [front for front in self._listeners if front not in wanted]:
            self._listeners.pop(front).close()
        for front in [front for front in self.refused_by_system if front not in wanted]:
            del self.refused_by_system[front]
        for front, backends in wanted.items():
            if front in self._listeners:
                self._listeners[front].backends = backends
            else:
                self._listen(front, backends)

    def close(self) -> None:
        for listener in self._listeners.values():
            listener.close()
            listener.drop_connections()
        self._listeners.clear()

    def _listen(self, front: Place, backends: Backends) -> None:
        try:
            self._listeners[front] = Listener(front, backends, self)
            self.refused_by_system.pop(front, None)
        except OSError as error:
            why = os.strerror(error.errno or 0)
            if front not in self.refused_by_system:
                log.warning("cannot listen on %s:%s: %s", front.ip, front.port, why)
            self.refused_by_system[front] = why


class Listener:
    def __init__(self, front: Place, backends: Backends, proxy: ServiceProxy) -> None:
        self.backends = backends
        self._proxy = proxy
        self._loop = asyncio.get_running_loop()
        self._turn = random.randrange(1 << 16)  # noqa: S311 - where to begin
        self._sticky: dict[str, Sticky] = {}
        self._pending: set[asyncio.Task[None]] = set()
        self._splices: set[Splice] = set()
        self._socket = socket.create_server((front.ip, front.port), backlog=BACKLOG)
        self._socket.setblocking(False)
        self._loop.add_reader(self._socket, self._accept)

    def close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def drop_connections(self) -> None:
        for task in self._pending:
            task.cancel()
        for splice in list(self._splices):
            splice.close()
        self._splices.clear()

    def _accept(self) -> None:
        for _ in range(ACCEPTS_IN_A_ROW):
            try:
                client, peer = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                log.warning("cannot accept: %s", error)
                return
            client.setblocking(False)
            task = self._loop.create_task(self._serve(client, peer[0]))
            self._pending.add(task)
            task.add_done_callback(self._pending.discard)

    async def _serve(self, client: socket.socket, peer: str) -> None:
        for place in self._candidates(peer):
            server = await connect(place, peer)
            if server is not None:
                self._remember(peer, place)
                self._join(client, server)
                return
        abort(client)
        client.close()

    def _join(self, client: socket.socket, server: socket.socket) -> None:
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._proxy.connections += 1
        self._splices.add(Splice(client, server, self._forget))

    def _forget(self, splice: Splice) -> None:
        self._proxy.connections -= 1
        self._splices.discard(splice)

    def _candidates(self, peer: str) -> Iterator[Place]:
        """Every backend once: the client's own first, else in turn."""
        places = self.backends.places
        first = self._remembered(peer)
        if first in places:
            yield first
        self._turn += 1
        for step in range(len(places)):
            place = places[(self._turn + step) % len(places)]
            if place != first:
                yield place

    def _remembered(self, peer: str) -> Place | None:
        sticky = self._sticky.get(peer)
        affinity_s = self.backends.affinity_s
        if sticky is None or affinity_s is None:
            return None
        return sticky.place if time.monotonic() - sticky.used_at_s < affinity_s else None

    def _remember(self, peer: str, place: Place) -> None:
        if self.backends.affinity_s is not None:
            self._sticky[peer] = Sticky(place=place, used_at_s=time.monotonic())


async def connect(place: Place, peer: str) -> socket.socket | None:
    """Connect with the client's own address, so that the pod sees who calls."""
    server = socket.socket()
    server.setblocking(False)
    with contextlib.suppress(OSError):
        server.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        server.bind((peer, 0))
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await asyncio.get_running_loop().sock_connect(server, (place.ip, place.port))
    except (OSError, TimeoutError):
        server.close()
        return None
    return server
