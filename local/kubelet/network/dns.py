"""A DNS server for the cluster's names, over UDP and TCP.

Other names are passed on to the machine's own servers.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import cast

from local.kubelet.network.names_service import machine_nameservers

log = logging.getLogger(__name__)
TTL_S = 2
A, AAAA, ANY, INTERNET = 1, 28, 255, 1
NO_ERROR, SERVER_FAILURE, NO_SUCH_NAME = 0, 2, 3
RESPONSE, AUTHORITATIVE, RECURSION_WANTED, RECURSION_TO_BE_HAD = 0x8000, 0x0400, 0x0100, 0x0080
UPSTREAM_TIMEOUT_S = 2.0
SPARED_FOR_S = 10.0
DNS_PORT = 53

Lookup = Callable[[str], tuple[str, ...] | None]


@dataclass(frozen=True, kw_only=True)
class Question:
    id: int
    flags: int
    name: str
    kind: int
    wire: bytes


def read_question(message: bytes) -> Question | None:
    """None for what is no ordinary question."""
    try:
        number, flags, questions = struct.unpack_from("!HHH", message)
        if flags & RESPONSE or questions != 1:
            return None
        labels, position = [], 12
        while length := message[position]:
            labels.append(message[position + 1 : position + 1 + length].decode("ascii"))
            position += 1 + length
        kind, _ = struct.unpack_from("!HH", message, position + 1)
    except (struct.error, IndexError, UnicodeDecodeError):
        return None
    wire = message[12 : position + 5]
    return Question(id=number, flags=flags, name=".".join(labels).lower(), kind=kind, wire=wire)


def answer(question: Question, ips: tuple[str, ...] | None) -> bytes:
    shown = ips if ips and question.kind in (A, ANY) else ()
    code = NO_SUCH_NAME if ips is None else NO_ERROR
    return header(question, code, len(shown)) + b"".join(
        struct.pack("!HHHIH", 0xC00C, A, INTERNET, TTL_S, 4) + IPv4Address(ip).packed
        for ip in shown
    )


def header(question: Question, code: int, answers: int) -> bytes:
    flags = RESPONSE | AUTHORITATIVE | RECURSION_TO_BE_HAD | code
    flags |= question.flags & RECURSION_WANTED
    return struct.pack("!HHHHHH", question.id, flags, 1, answers, 0, 0) + question.wire


class DnsServer:
    def __init__(self, lookup: Lookup, domain: str) -> None:
        self._lookup = lookup
        self._domain = domain
        self._transports: list[asyncio.DatagramTransport] = []
        self._servers: list[asyncio.Server] = []
        self._pending: set[asyncio.Task[None]] = set()
        self._spared_until_s = 0.0

    async def listen(self, address: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._serve_stream, address, port)
        self._servers.append(server)
        transport, _ = await loop.create_datagram_endpoint(
            lambda: Datagrams(self._serve_datagram), local_addr=(address, port)
        )
        self._transports.append(transport)

    def close(self) -> None:
        for transport in self._transports:
            transport.close()
        for server in self._servers:
            server.close()

    async def reply(self, message: bytes) -> bytes | None:
        question = read_question(message)
        if question is None:
            return None
        if f".{question.name}".endswith((f".{self._domain}", ".svc")):
            return answer(question, self._lookup(question.name))
        servers = machine_nameservers()
        if not servers:
            return answer(question, None)
        return await self._pass_on(question, message, servers[0])

    async def _pass_on(self, question: Question, message: bytes, server: str) -> bytes:
        """A server that does not answer is spared for a while: its clients would wait in vain."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._spared_until_s:
            return header(question, SERVER_FAILURE, 0)
        try:
            return await ask(server, message)
        except (TimeoutError, OSError):
            self._spared_until_s = loop.time() + SPARED_FOR_S
            return header(question, SERVER_FAILURE, 0)

    def _serve_datagram(
        self, transport: asyncio.DatagramTransport, message: bytes, sender: tuple[str, int]
    ) -> None:
        async def serve() -> None:
            reply = await self.reply(message)
            if reply is not None and not transport.is_closing():
                transport.sendto(reply, sender)

        task = asyncio.create_task(serve())
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _serve_stream(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                reply = await self.reply(await reader.readexactly(length))
                if reply is None:
                    break
                writer.write(struct.pack("!H", len(reply)) + reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            log.debug("a DNS client has gone")
        finally:
            writer.close()


class Datagrams(asyncio.DatagramProtocol):
    def __init__(
        self, handle: Callable[[asyncio.DatagramTransport, bytes, tuple[str, int]], None]
    ) -> None:
        self._handle = handle
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._transport:
            self._handle(self._transport, data, addr)


class Answer(asyncio.DatagramProtocol):
    """Waits for the one datagram that comes back."""

    def __init__(self) -> None:
        self.received: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self.received.done():
            self.received.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.received.done():
            self.received.set_exception(exc)


async def ask(server: str, message: bytes) -> bytes:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        Answer, remote_addr=(server, DNS_PORT)
    )
    try:
        transport.sendto(message)
        async with asyncio.timeout(UPSTREAM_TIMEOUT_S):
            return await protocol.received
    finally:
        transport.close()
