"""The activator at its door: who wakes a service, who does not, and what becomes of the bytes."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import random
import struct
from dataclasses import replace
from datetime import timedelta

import pytest

from control.controller.activator.proxy_header import SIGNATURE
from tests.control.controller.activator.door import (
    HOST,
    NATIVE,
    PORT,
    QUERY,
    QUICK,
    Door,
    client_hello,
    open_door,
    run,
)

NATIVE_PORT = PORT + 1


async def until(door: Door, outcome: str, count: int = 1) -> None:
    while door.ended(outcome) < count:
        await asyncio.sleep(0.005)


def test_a_client_wakes_the_service_and_gets_its_answer() -> None:
    async def scenario() -> None:
        async with open_door() as door:
            assert await door.say(QUERY) == QUERY
            assert await door.say(NATIVE, NATIVE_PORT) == NATIVE
            assert door.cluster.calls == [("main", "abc")]

    run(scenario)


def test_fifty_at_once_wake_it_once() -> None:
    async def scenario() -> None:
        async with open_door() as door:
            door.cluster.refusals = 2
            said = [door.say(QUERY) for _ in range(25)]
            said += [door.say(NATIVE, NATIVE_PORT) for _ in range(25)]
            answers = await asyncio.gather(*said)
            assert answers == [QUERY] * 25 + [NATIVE] * 25
            assert door.cluster.calls == [("main", "abc")]

    run(scenario)


def test_a_new_sleep_is_called_anew() -> None:
    async def scenario() -> None:
        async with open_door() as door:
            await door.say(QUERY)
            door.cluster.show(sleep="def")
            await door.say(QUERY)
            assert door.cluster.calls == [("main", "abc"), ("main", "def")]

    run(scenario)


@pytest.mark.parametrize("port", [8443, 9440])
def test_tls_clients_are_told_apart_by_the_name_they_ask_for(port: int) -> None:
    async def scenario() -> None:
        async with open_door() as door:
            door.cluster.show("reports", port=PORT + 2, sleep="xyz")
            hello = client_hello(HOST.replace("main", "reports"))
            assert await door.say(hello, port) == hello
            assert door.cluster.calls == [("reports", "xyz")]

    run(scenario)


@pytest.mark.parametrize("name", ["db.example.com", HOST, HOST.partition(".cluster")[0]])
def test_a_service_is_known_by_its_own_names_and_those_inside_the_cluster(name: str) -> None:
    async def scenario() -> None:
        async with open_door() as door:
            door.cluster.show(hosts=["db.example.com"])
            hello = client_hello(name)
            assert await door.say(hello, 8443) == hello

    run(scenario)


def test_a_service_without_tls_is_not_held_for_those_who_speak_it() -> None:
    async def scenario() -> None:
        async with open_door() as door:
            door.cluster.show(endpoints={"http": 8123, "native": 9000}, hosts=["db.example.com"])
            for name in (HOST, "db.example.com"):
                assert await door.say(client_hello(name), 8443) == b""
            await until(door, "unknown_name", 2)
            assert door.cluster.calls == []

    run(scenario)


NOBODY = {
    "nothing": (b"", PORT, "silent"),
    "a ping": (b"GET /ping HTTP/1.1\r\n\r\n", PORT, "probe"),
    "replicas status": (b"GET /replicas_status HTTP/1.1\r\n\r\n", PORT, "probe"),
    "garbage": (b"\x03\x00\x00\x13\x0e\xe0", PORT, "nonsense"),
    "http at the native port": (QUERY, NATIVE_PORT, "nonsense"),
    "an unknown name": (client_hello("lake-other.clickhouse.svc"), 8443, "unknown_name"),
    "no name": (client_hello(None), 9440, "unknown_name"),
    "http at a TLS port": (QUERY, 8443, "nonsense"),
}


@pytest.mark.parametrize(("data", "port", "outcome"), NOBODY.values(), ids=NOBODY.keys())
def test_it_is_not_woken_by(data: bytes, port: int, outcome: str) -> None:
    async def scenario() -> None:
        async with open_door(replace(QUICK, first_words=timedelta(seconds=0.1))) as door:
            answer = await door.say(data, port)
            assert answer.startswith(b"HTTP/1.1 503 ") if outcome == "probe" else answer == b""
            await until(door, outcome)
            assert door.cluster.calls == []

    run(scenario)


def test_a_port_scan_does_not_wake_it() -> None:
    async def scenario() -> None:
        async with open_door() as door:
            for port in (PORT, NATIVE_PORT, 8443, 9440):
                _, writer = await door.connect(port)
                writer.close()
            await until(door, "silent", 4)
            assert door.cluster.calls == []

    run(scenario)


def test_whoever_is_not_allowed_wakes_nobody() -> None:
    async def scenario() -> None:
        async with open_door() as door:
            door.cluster.show(allow=["127.251.250.0/24"])
            assert await door.say(QUERY, source="127.251.249.1") == b""
            assert await door.say(client_hello(HOST), 8443, source="127.251.249.1") == b""
            assert (door.cluster.calls, door.ended("not_allowed")) == ([], 2)
            assert await door.say(QUERY, source="127.251.250.7") == QUERY

    run(scenario)


INGRESS, STRANGER = "127.251.248.9", "127.251.248.10"


@pytest.mark.parametrize("words", [QUERY, NATIVE], ids=["HTTP", "native"])
def test_the_ingress_has_looked_at_the_list_already(words: bytes) -> None:
    """What it passes on bears its own address, which the list does not know."""

    async def scenario() -> None:
        async with open_door() as door:
            door.keeper.directory.ingress = frozenset({INGRESS})
            door.cluster.show(allow=["10.0.0.4/32"])
            port = PORT if words is QUERY else NATIVE_PORT
            assert await door.say(words, port, source=STRANGER) == b""
            assert (door.cluster.calls, door.ended("not_allowed")) == ([], 1)
            door.cluster.wakes = False
            held = asyncio.create_task(door.say(words, port, source=INGRESS))
            while not door.cluster.calls:
                await asyncio.sleep(0.005)
            door.cluster.show(allow=["10.0.0.4/32"], sleep="", replicas=[door.cluster.replica])
            assert await held == words

    run(scenario)


def test_the_ingress_ends_tls_so_that_tls_is_not_from_its_clients() -> None:
    async def scenario() -> None:
        async with open_door() as door:
            door.keeper.directory.ingress = frozenset({INGRESS})
            door.cluster.show(allow=["10.0.0.4/32"])
            assert await door.say(client_hello(HOST), 8443, source=INGRESS) == b""
            assert (door.cluster.calls, door.ended("not_allowed")) == ([], 1)

    run(scenario)


def header(last: int) -> bytes:
    """A balancer's word that the client is 10.0.0.`last`."""
    addresses = bytes([10, 0, 0, last, 10, 9, 9, 9]) + b"\0" * 4
    return SIGNATURE + b"\x21\x11" + struct.pack(">H", 12) + addresses


LISTED = ["10.0.0.4/32"]
BALANCERS = (ipaddress.ip_network("127.251.250.0/24"),)
BALANCER, OTHER = "127.251.250.7", "127.251.249.1"
FORWARDED = QUERY.replace(b"Host: x", b"Host: x\r\nX-Forwarded-For: 10.0.0.4")
# (who connects, what it says, whose outcome)
SPOOFED = {
    "a header of somebody who is no balancer": (OTHER, header(4) + QUERY, PORT, "not_allowed"),
    "the same before TLS": (OTHER, header(4) + client_hello(HOST), 8443, "nonsense"),
    "a client's own header behind the balancer's": (
        BALANCER,
        header(5) + header(4) + QUERY,
        PORT,
        "not_allowed",
    ),
    "the same before TLS, by one who is listed": (
        BALANCER,
        header(4) + header(4) + client_hello(HOST),
        8443,
        "nonsense",
    ),
    "a balancer that says nothing": (BALANCER, QUERY, PORT, "nonsense"),
    "X-Forwarded-For from anywhere": (OTHER, FORWARDED, PORT, "not_allowed"),
    "X-Forwarded-For behind a balancer": (BALANCER, header(5) + FORWARDED, PORT, "not_allowed"),
    "a balancer itself, though it is listed": (BALANCER, header(5) + QUERY, PORT, "not_allowed"),
}


@pytest.mark.parametrize(
    ("source", "data", "port", "outcome"), SPOOFED.values(), ids=SPOOFED.keys()
)
def test_nobody_lends_himself_an_address(source: str, data: bytes, port: int, outcome: str) -> None:
    async def scenario() -> None:
        async with open_door(balancers=BALANCERS) as door:
            door.cluster.show(allow=[*LISTED, f"{BALANCER}/32"])
            assert await door.say(data, port, source=source) == b""
            await until(door, outcome)
            assert (door.cluster.calls, door.requests) == ([], [])

    run(scenario)


@pytest.mark.parametrize(
    ("data", "port"), [(QUERY, PORT), (client_hello(HOST), 8443)], ids=["HTTP", "TLS"]
)
def test_a_balancers_client_who_is_listed_is_served(data: bytes, port: int) -> None:
    async def scenario() -> None:
        async with open_door(balancers=BALANCERS) as door:
            door.cluster.show(allow=LISTED)
            assert await door.say(header(4) + data, port, source=BALANCER) == data
            assert door.requests == [data]

    run(scenario)


def test_behind_a_balancer_the_clients_own_address_counts() -> None:
    async def scenario() -> None:
        balancer = (ipaddress.ip_network("127.0.0.0/8"),)
        async with open_door(balancers=balancer) as door:
            door.cluster.show(allow=["10.0.0.4/32"])
            assert await door.say(header(5) + QUERY) == b""
            assert await door.say(SIGNATURE + b"\x20\x00\x00\x00") == b""
            assert await door.say(QUERY) == b""
            assert door.cluster.calls == []
            assert await door.say(header(4) + QUERY) == QUERY

    run(scenario)


def test_a_service_stopped_by_hand_refuses_at_once() -> None:
    async def scenario() -> None:
        async with open_door() as door:
            door.cluster.show(desired="Stopped")
            assert (await door.say(QUERY)).startswith(b"HTTP/1.1 503 ")
            assert await door.say(NATIVE, NATIVE_PORT) == b""
            assert door.cluster.calls == []

    run(scenario)


def test_a_stop_by_hand_lets_held_clients_go() -> None:
    async def scenario() -> None:
        async with open_door() as door:
            door.cluster.wakes = False
            held = asyncio.create_task(door.say(NATIVE, NATIVE_PORT))
            while not door.cluster.calls:
                await asyncio.sleep(0.005)
            door.cluster.show(desired="Stopped")
            assert await held == b""

    run(scenario)


def test_a_wait_that_is_too_long_ends() -> None:
    async def scenario() -> None:
        async with open_door(replace(QUICK, hold=timedelta(seconds=0.2))) as door:
            door.cluster.wakes = False
            answer = await door.say(QUERY)
            assert b"503 Service Unavailable" in answer
            assert b"Retry-After: 10\r\n" in answer
            assert await door.say(client_hello(HOST), 8443) == b""
            assert door.ended("timed_out") == 2

    run(scenario)


def test_no_more_are_held_than_allowed() -> None:
    async def scenario() -> None:
        async with open_door(replace(QUICK, held=3)) as door:
            door.cluster.wakes = False
            held = [asyncio.create_task(door.say(QUERY)) for _ in range(3)]
            while door.keeper.held < 3:
                await asyncio.sleep(0.005)
            assert (await door.say(QUERY)).startswith(b"HTTP/1.1 503 ")
            door.cluster.serve()
            assert await asyncio.gather(*held) == [QUERY] * 3

    run(scenario)


def test_of_a_held_client_only_so_much_is_read() -> None:
    async def scenario() -> None:
        limits = replace(QUICK, head_bytes=1000)
        async with open_door(limits) as door:
            door.cluster.wakes = False
            body = random.Random(1).randbytes(3_000_000)
            reader, writer = await door.connect()
            writer.write(QUERY + body)
            while not door.cluster.calls:
                await asyncio.sleep(0.005)
            door.cluster.serve()
            echoed = await reader.readexactly(len(QUERY + body))
            assert echoed == QUERY + body
            writer.close()

    run(scenario)


def test_a_client_that_left_asks_for_nothing() -> None:
    async def scenario() -> None:
        async with open_door() as door:
            door.cluster.wakes = False
            _, writer = await door.connect()
            writer.write(QUERY)
            while not door.cluster.calls:
                await asyncio.sleep(0.005)
            writer.close()
            await until(door, "client_left")
            door.cluster.serve()
            assert await door.say(NATIVE, NATIVE_PORT) == NATIVE
            assert door.requests == [NATIVE]

    run(scenario)


def test_each_side_may_end_its_own_half() -> None:
    async def scenario() -> None:
        async with open_door() as door:
            reader, writer = await door.connect()
            writer.write(QUERY)
            assert await reader.readexactly(len(QUERY)) == QUERY
            writer.write(b"last words")
            writer.write_eof()
            assert await reader.read() == b"last words<end>"
            writer.close()

    run(scenario)


def test_many_bytes_keep_their_order_both_ways() -> None:
    async def scenario() -> None:
        data = random.Random(2).randbytes(8_000_000)
        async with open_door() as door:
            reader, writer = await door.connect(NATIVE_PORT)
            writer.write(NATIVE + data)
            seen = hashlib.sha256()
            left = len(NATIVE) + len(data)
            while left:
                chunk = await reader.read(min(left, 100_000))
                seen.update(chunk)
                left -= len(chunk)
            assert seen.digest() == hashlib.sha256(NATIVE + data).digest()
            writer.close()

    run(scenario)


def test_a_replica_that_does_not_answer_is_passed_over() -> None:
    async def scenario() -> None:
        async with open_door() as door:
            door.cluster.show(sleep="", replicas=["127.251.255.254", door.cluster.replica])
            assert await door.say(QUERY) == QUERY

    run(scenario)


def test_a_port_that_two_services_claim_leads_nowhere() -> None:
    async def scenario() -> None:
        async with open_door() as door:
            door.cluster.show("reports", sleep="xyz")
            assert await door.say(QUERY) == b""
            assert door.cluster.calls == []

    run(scenario)


def test_ports_follow_the_services() -> None:
    async def scenario() -> None:
        async with open_door() as door:
            assert door.listeners.ports == {8443, 9440, PORT, NATIVE_PORT}
            door.keeper.directory.replace([])
            assert door.listeners.ports == {8443, 9440}

    run(scenario)
