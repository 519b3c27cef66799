"""An activator on an address of its own, with a cluster in memory and replicas that echo."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from prometheus_client import CollectorRegistry

from control.controller.activator.directory import Directory
from control.controller.activator.doorkeeper import Doorkeeper
from control.controller.activator.entry import REPLICA_PORTS
from control.controller.activator.limits import Limits
from control.controller.activator.listeners import Listeners
from control.controller.activator.metrics import Metrics
from control.controller.activator.target import Network, target_from
from control.controller.activator.waker import Waker
from control.controller.cluster import ClusterError, Key

PORT = 20_400
QUICK = Limits(
    hold=timedelta(seconds=5), first_words=timedelta(seconds=2), look=timedelta(seconds=0.1)
)
QUERY = b"POST /?query=SELECT+1 HTTP/1.1\r\nHost: x\r\n\r\n"
NATIVE = b"\x00\x11ClickHouse client\x18\x04"
COUNT = itertools.count()
ENDPOINTS = {"http": 8123, "native": 9000, "https": 8443, "native-tls": 9440}
HOST = "lake-main.clickhouse.svc.cluster.local"


def run(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), timeout=30))


def free_address() -> str:
    """One on which all ports of a replica and of the activator are free."""
    for number in COUNT:
        place = (os.getpid() * 97 + number) % 62_000
        address = f"127.251.{place // 250}.{place % 250 + 1}"
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            for port in (*REPLICA_PORTS.values(), PORT, PORT + 1):
                one = stack.enter_context(socket.socket())
                one.bind((address, port))
            return address
    raise AssertionError("no free address")


def document(name: str = "main", *, port: int | None = PORT, **fields: Any) -> dict[str, Any]:
    """A service as the API server shows it; asleep unless told otherwise."""
    idle: dict[str, Any] = {"port": port, "sleep": fields.get("sleep", "abc")}
    replicas = [
        {"rid": f"r{n}", "serving": True, "phase": "Serving", "address": address}
        for n, address in enumerate(fields.get("replicas", ()))
    ]
    return {
        "metadata": {"namespace": "clickhouse", "name": name},
        "spec": {
            "desired": fields.get("desired", "Running"),
            "allowlist": [{"cidr": cidr} for cidr in fields.get("allow", ())],
            "tls": {"secret": "certificate", "hosts": list(fields.get("hosts", ()))},
        },
        "status": {
            "phase": "Idle",
            "idle": {key: value for key, value in idle.items() if value},
            "replicas": replicas,
            "endpoints": [
                {"name": protocol, "host": HOST.replace("main", name), "port": port}
                for protocol, port in fields.get("endpoints", ENDPOINTS).items()
            ],
        },
    }


@dataclass
class FakeCluster:
    """Takes calls; by default a call is followed by a running replica."""

    directory: Directory
    replica: str
    calls: list[tuple[str, str]] = field(default_factory=list)
    refusals: int = 0
    wakes: bool = True

    async def wake(self, key: Key, sleep: str) -> None:
        await asyncio.sleep(0.01)
        if self.refusals:
            self.refusals -= 1
            raise ClusterError("the API server is away")
        self.calls.append((key.name, sleep))
        if self.wakes:
            self.serve(key.name)

    def show(self, name: str = "main", **fields: Any) -> None:
        self.directory.put(target_from(document(name, **fields)))

    def serve(self, name: str = "main", port: int | None = PORT) -> None:
        self.show(name, sleep="", replicas=[self.replica], port=port)


@dataclass
class Door:
    address: str
    cluster: FakeCluster
    keeper: Doorkeeper
    listeners: Listeners
    registry: CollectorRegistry
    requests: list[bytes]
    """What the replica has received, one entry for each connection."""

    def ended(self, outcome: str) -> float:
        labels = {"outcome": outcome}
        return self.registry.get_sample_value("byoc_activator_connections_total", labels) or 0

    async def connect(
        self, port: int = PORT, *, source: str | None = None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        local = (source, 0) if source else None
        return await asyncio.open_connection(self.address, port, local_addr=local)

    async def say(self, data: bytes, port: int = PORT, *, source: str | None = None) -> bytes:
        """Send, and read until the other side ends or has echoed everything."""
        reader, writer = await self.connect(port, source=source)
        try:
            if data:
                writer.write(data)
            return await reader.read(1 << 20)
        except ConnectionError:
            return b""
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def open_door(
    limits: Limits = QUICK, balancers: tuple[Network, ...] = ()
) -> AsyncIterator[Door]:
    registry, directory = CollectorRegistry(), Directory()
    metrics = Metrics(registry)
    address = free_address()
    async with echoing_replica() as (replica, requests):
        cluster = FakeCluster(directory, replica)
        keeper = Doorkeeper(
            directory,
            Waker(cluster.wake, directory, metrics),
            metrics,
            limits=limits,
            balancers=balancers,
        )
        listeners = Listeners(address, keeper)
        directory.ports_changed = listeners.follow
        listeners.follow(set())
        cluster.show()
        try:
            yield Door(address, cluster, keeper, listeners, registry, requests)
        finally:
            listeners.close()
            for task in list(listeners.tasks):
                task.cancel()
            await asyncio.gather(*listeners.tasks, return_exceptions=True)
            for splice in list(keeper.splices):
                splice.close()


@contextlib.asynccontextmanager
async def echoing_replica() -> AsyncIterator[tuple[str, list[bytes]]]:
    requests: list[bytes] = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place = len(requests)
        requests.append(b"")
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                requests[place] += data
                writer.write(data)
                await writer.drain()
            writer.write(b"<end>")
        writer.close()

    address = free_address()
    async with contextlib.AsyncExitStack() as stack:
        for port in REPLICA_PORTS.values():
            server = await asyncio.start_server(echo, address, port, backlog=512)
            stack.callback(server.close)
        yield address, requests


def client_hello(name: str | None) -> bytes:
    """The first message of a genuine TLS client."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()
