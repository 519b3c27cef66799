"""The ports that are listened on: those of TLS, and two of every service that may sleep."""

import asyncio
import contextlib
import socket

import structlog

from control.controller.activator.doorkeeper import Doorkeeper
from control.controller.activator.entry import Entry, entries

BACKLOG = 1024
ACCEPTS_IN_A_ROW = 64

log = structlog.get_logger("activator")


class Listeners:
    def __init__(self, address: str, doorkeeper: Doorkeeper) -> None:
        self.address = address
        self.doorkeeper = doorkeeper
        self.tasks: set[asyncio.Task[None]] = set()
        self._open: dict[int, socket.socket] = {}
        self._closing = False

    @property
    def ports(self) -> set[int]:
        return set(self._open)

    def follow(self, service_ports: set[int]) -> None:
        """Listen where the services are led to, and nowhere else."""
        if self._closing:
            return
        wanted = entries(service_ports)
        for port in self.ports - set(wanted):
            self._close(port)
        for port in set(wanted) - self.ports:
            self._listen(port, wanted[port])

    def close(self) -> None:
        self._closing = True
        for port in self.ports:
            self._close(port)

    def _listen(self, port: int, entry: Entry) -> None:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        try:
            server = socket.create_server((self.address, port), family=family, backlog=BACKLOG)
        except OSError as error:
            log.error("cannot listen", port=port, why=str(error))
            return
        server.setblocking(False)
        self._open[port] = server
        asyncio.get_running_loop().add_reader(server, self._accept, server, entry)

    def _close(self, port: int) -> None:
        server = self._open.pop(port)
        asyncio.get_running_loop().remove_reader(server)
        server.close()

    def _accept(self, server: socket.socket, entry: Entry) -> None:
        for _ in range(ACCEPTS_IN_A_ROW):
            try:
                client, peer = server.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                log.warning("cannot accept", why=str(error))
                return
            client.setblocking(False)
            task = asyncio.create_task(self._serve(client, entry, peer[0]))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _serve(self, client: socket.socket, entry: Entry, peer: str) -> None:
        try:
            await self.doorkeeper.serve(client, entry, peer)
        except Exception:
            log.exception("a connection broke off")
            with contextlib.suppress(OSError):
                client.close()
