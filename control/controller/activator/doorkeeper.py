"""One connection from its first byte to its end: recognize, hold, pass on, or turn away."""

import asyncio
import contextlib
import random
import socket
import struct
import time
from dataclasses import dataclass, field

import structlog

from control.controller.activator.arrival import Arrival, TurnedAwayError, Visitor, admit, arrive
from control.controller.activator.directory import Directory
from control.controller.activator.entry import REPLICA_PORTS, Entry, Kind
from control.controller.activator.limits import Limits
from control.controller.activator.metrics import Metrics, Outcome
from control.controller.activator.splice import Splice, abort
from control.controller.activator.target import Network, State, Target
from control.controller.activator.waker import Waker

ESTABLISHED = 1
LINGER_BYTES, LINGER_S = 256 * 1024, 2.0
ANSWERED = frozenset({Outcome.PROBE, Outcome.TIMED_OUT, Outcome.TOO_MANY, Outcome.STOPPED})
"""An HTTP client is told; any other connection is closed."""

log = structlog.get_logger("activator")


@dataclass
class Doorkeeper:
    directory: Directory
    waker: Waker
    metrics: Metrics
    limits: Limits = field(default_factory=Limits)
    balancers: tuple[Network, ...] = ()
    """Networks whose connections begin with a PROXY protocol header."""
    held: int = 0
    splices: set[Splice] = field(default_factory=set)

    async def serve(self, client: socket.socket, entry: Entry, peer: str) -> None:
        if self.held >= self.limits.held:
            await self.end(client, entry, Outcome.TOO_MANY)
            return
        self.held += 1
        self.metrics.held.inc()
        try:
            arrival = await self.recognize(Visitor(client, entry, peer, self.limits))
            server = await self.hold(client, entry, arrival)
        except TurnedAwayError as turned:
            await self.end(client, entry, turned.outcome)
        except BaseException:
            client.close()
            raise
        else:
            await self.join(client, server, arrival.head)
        finally:
            self.held -= 1
            self.metrics.held.dec()

    async def recognize(self, visitor: Visitor) -> Arrival:
        try:
            async with asyncio.timeout(self.limits.first_words.total_seconds()):
                return await arrive(visitor, self.directory, self.balancers)
        except TimeoutError:
            raise TurnedAwayError(Outcome.SILENT) from None

    async def hold(self, client: socket.socket, entry: Entry, arrival: Arrival) -> socket.socket:
        """Wait until a replica takes the connection; whoever left meanwhile asks for nothing."""
        key, begun = arrival.target.key, time.monotonic()
        while time.monotonic() - begun < self.limits.hold.total_seconds():
            if has_left(client):
                raise TurnedAwayError(Outcome.CLIENT_LEFT)
            target = self.directory.find(key)
            if target is None or target.state is State.STOPPED:
                raise TurnedAwayError(Outcome.STOPPED)
            admit(target, arrival.client, vouched=arrival.vouched)
            if target.state is State.SERVING:
                server = await self.dial(target, entry.kind)
                if server is not None:
                    self.metrics.hold_seconds.observe(time.monotonic() - begun)
                    return server
            if target.state is State.ASLEEP:
                self.waker.wake(target)
            await self.directory.change(key, self.limits.look)
        raise TurnedAwayError(Outcome.TIMED_OUT)

    async def dial(self, target: Target, kind: Kind) -> socket.socket | None:
        """A connection to one of the replicas, in any order."""
        loop = asyncio.get_running_loop()
        for address in random.sample(target.addresses, len(target.addresses)):
            server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
            server.setblocking(False)
            try:
                async with asyncio.timeout(self.limits.dial.total_seconds()):
                    await loop.sock_connect(server, (address, REPLICA_PORTS[kind]))
            except (OSError, TimeoutError) as error:
                server.close()
                log.warning("replica not reached", object=str(target.key), why=str(error))
                continue
            except BaseException:
                server.close()
                raise
            return server
        return None

    async def join(self, client: socket.socket, server: socket.socket, head: bytes) -> None:
        loop = asyncio.get_running_loop()
        try:
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_sendall(server, head)
        except OSError:
            abort(client)
            client.close()
            server.close()
            self.count(Outcome.BROKEN)
            return
        self.count(Outcome.PASSED_ON)
        self.metrics.passing.inc()
        self.splices.add(Splice(client, server, self.forget))

    def forget(self, splice: Splice) -> None:
        self.metrics.passing.dec()
        self.splices.discard(splice)

    async def end(self, client: socket.socket, entry: Entry, outcome: Outcome) -> None:
        self.count(outcome)
        try:
            if entry.kind is Kind.HTTP and outcome in ANSWERED:
                async with asyncio.timeout(LINGER_S):
                    await say_unavailable(client, int(self.limits.retry_after.total_seconds()))
        except (OSError, TimeoutError):
            pass
        finally:
            client.close()

    def count(self, outcome: Outcome) -> None:
        self.metrics.connections.labels(outcome.value).inc()


async def say_unavailable(client: socket.socket, retry_after_s: int) -> None:
    """Read on a little afterwards: closing with unread bytes would take the answer back."""
    loop = asyncio.get_running_loop()
    body = b"the service sleeps or is stopped\n"
    answer = (
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\n"
        b"Retry-After: %d\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
    ) % (retry_after_s, len(body), body)
    await loop.sock_sendall(client, answer)
    client.shutdown(socket.SHUT_WR)
    read = 0
    while read < LINGER_BYTES and (chunk := await loop.sock_recv(client, 16384)):
        read += len(chunk)


def has_left(client: socket.socket) -> bool:
    """Its request, were it passed on now, would be carried out for nobody, and perhaps twice."""
    with contextlib.suppress(OSError):
        state: int = struct.unpack("B", client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1))[
            0
        ]
        return state != ESTABLISHED
    return True
