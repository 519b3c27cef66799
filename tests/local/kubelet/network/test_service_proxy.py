"""The proxy between real sockets; clients and pods are in the same event loop."""

import asyncio
import contextlib
import hashlib
import itertools
import os
import socket

import pytest

from local.kubelet.network.service_proxy import ServiceProxy
from local.kubelet.network.service_table import Backends, Place

ADDRESSES = itertools.count(1)


def new_address():
    return f"127.203.{os.getpid() % 200 + 20}.{next(ADDRESSES)}"


class Pod:
    """Answers each connection with its name, then echoes."""

    def __init__(self, name):
        self.name = name
        self.place = Place(ip=new_address(), port=9000)
        self.callers = []

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, self.place.ip, self.place.port)
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def serve(self, reader, writer):
        self.callers.append(writer.get_extra_info("peername")[0])
        writer.write(f"{self.name}\n".encode())
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        writer.close()


async def call(front):
    reader, writer = await asyncio.open_connection(front.ip, front.port)
    name = (await reader.readline()).decode().strip()
    return name, reader, writer


async def ask(front):
    name, _, writer = await call(front)
    writer.close()
    return name


@contextlib.asynccontextmanager
async def proxied(*pods, affinity_s=None):
    proxy, front = ServiceProxy(), Place(ip=new_address(), port=9000)
    places = tuple(pod.place for pod in pods)
    proxy.update({front: Backends(places=places, affinity_s=affinity_s)})
    yield proxy, front
    proxy.close()


def run(scenario):
    asyncio.run(asyncio.wait_for(scenario(), 30))


def test_connections_go_round_the_pods():
    async def scenario():
        async with Pod("a") as a, Pod("b") as b, proxied(a, b) as (_, front):
            assert sorted([await ask(front) for _ in range(4)]) == ["a", "a", "b", "b"]

    run(scenario)


def test_a_service_without_pods_refuses_and_listens_again_when_one_comes():
    async def scenario():
        async with Pod("a") as a, proxied(a) as (proxy, front):
            proxy.update({front: Backends(places=())})
            with pytest.raises(ConnectionRefusedError):
                await call(front)
            proxy.update({front: Backends(places=(a.place,))})
            assert await ask(front) == "a"
            proxy.update({})
            with pytest.raises(ConnectionRefusedError):
                await call(front)

    run(scenario)


def test_an_open_connection_stays_when_its_pod_leaves_the_table():
    async def scenario():
        async with Pod("a") as a, Pod("b") as b, proxied(a) as (proxy, front):
            _, reader, writer = await call(front)
            proxy.update({front: Backends(places=(b.place,))})
            assert await ask(front) == "b"
            writer.write(b"still there\n")
            assert await reader.readline() == b"still there\n"
            writer.close()

    run(scenario)


def test_a_pod_that_refuses_is_passed_over():
    async def scenario():
        async with Pod("a") as a:
            dead = Pod("dead")
            async with proxied(a, dead) as (_, front):
                assert [await ask(front) for _ in range(4)] == ["a"] * 4

    run(scenario)


def test_a_client_is_cut_off_when_no_pod_accepts():
    async def scenario():
        async with proxied(Pod("dead")) as (_, front):
            with pytest.raises(ConnectionResetError):
                _, reader, _ = await call(front)
                await reader.read()

    run(scenario)


def test_a_sticky_client_stays_with_its_pod():
    async def scenario():
        async with Pod("a") as a, Pod("b") as b, proxied(a, b, affinity_s=60) as (proxy, front):
            first = await ask(front)
            assert [await ask(front) for _ in range(4)] == [first] * 4
            other = b if first == "a" else a
            proxy.update({front: Backends(places=(other.place,), affinity_s=60)})
            assert await ask(front) == other.name

    run(scenario)


def test_the_pod_sees_the_clients_address():
    async def scenario():
        async with Pod("a") as a, proxied(a) as (_, front):
            own = new_address()
            reader, writer = await asyncio.open_connection(
                front.ip, front.port, local_addr=(own, 0)
            )
            await reader.readline()
            assert a.callers == [own]
            writer.close()

    run(scenario)


def test_many_bytes_arrive_whole_in_both_directions_at_once():
    data = os.urandom(1 << 20) * 24

    async def scenario():
        async with Pod("a") as a, proxied(a) as (_, front):
            _, reader, writer = await call(front)

            async def send():
                writer.write(data)
                await writer.drain()
                writer.write_eof()

            sending = asyncio.create_task(send())
            received = await reader.read(-1)
            await sending
            assert hashlib.sha256(received).digest() == hashlib.sha256(data).digest()
            writer.close()

    run(scenario)


def test_a_reader_that_stops_holds_back_its_own_connection_only():
    async def scenario():
        async with Pod("a") as a, proxied(a) as (proxy, front):
            slow = socket.create_connection((front.ip, front.port))
            slow.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    slow.send(b"x" * 65536)
                    await asyncio.sleep(0)
            assert await ask(front) == "a"
            assert proxy.connections >= 1
            slow.close()

    run(scenario)


def test_connections_are_counted_until_they_end():
    async def scenario():
        async with Pod("a") as a, proxied(a) as (proxy, front):
            _, reader, writer = await call(front)
            assert proxy.connections == 1
            writer.close()
            await reader.read()
            async with asyncio.timeout(5):
                while proxy.connections:
                    await asyncio.sleep(0.01)

    run(scenario)


def test_an_address_that_may_not_be_used_is_reported_and_tried_again():
    async def scenario():
        async with Pod("a") as a, Pod("taker") as taker:
            proxy = ServiceProxy()
            table = {taker.place: Backends(places=(a.place,))}
            proxy.update(table)
            assert proxy.refused_by_system == {taker.place: "Address already in use"}
            taker.server.close()
            await taker.server.wait_closed()
            proxy.update(table)
            assert proxy.refused_by_system == {}
            assert await ask(taker.place) == "a"
            proxy.close()

    run(scenario)
