import asyncio
import socket
import struct

import pytest

from local.kubelet.network.dns import DnsServer, answer, read_question

NAMES = {"db.data.svc.cluster.local": ("127.1.32.7", "127.1.32.8"), "data.svc.cluster.local": ()}


def question(name, kind=1):
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return struct.pack("!HHHHHH", 77, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, kind, 1)


def reply(name, kind=1):
    message = question(name, kind)
    raw = answer(read_question(message), NAMES.get(name.lower()))
    number, flags, _, count = struct.unpack_from("!HHHH", raw)
    assert number == 77
    rest = raw[len(message) :]
    ips = [socket.inet_ntoa(rest[16 * n + 12 : 16 * n + 16]) for n in range(count)]
    return flags & 15, ips


CASES = {
    "known": (("db.data.svc.cluster.local", 1), (0, ["127.1.32.7", "127.1.32.8"])),
    "in capitals": (("DB.data.svc.cluster.local", 1), (0, ["127.1.32.7", "127.1.32.8"])),
    "no address of that kind": (("db.data.svc.cluster.local", 28), (0, [])),
    "names below only": (("data.svc.cluster.local", 1), (0, [])),
    "unknown": (("no.data.svc.cluster.local", 1), (3, [])),
}


@pytest.mark.parametrize(("given", "expected"), CASES.values(), ids=CASES.keys())
def test_answers(given, expected):
    assert reply(*given) == expected


@pytest.mark.parametrize("message", [b"", b"\x00" * 12, question("a")[:15], b"\xff" * 40])
def test_what_is_no_question_gets_no_answer(message):
    assert read_question(message) is None


def test_other_names_are_passed_on_and_a_silent_server_is_spared(monkeypatch):
    monkeypatch.setattr("local.kubelet.network.dns.UPSTREAM_TIMEOUT_S", 0.2)

    async def talk():
        server = DnsServer(NAMES.get, "cluster.local")
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.203.9.2", 0))
            monkeypatch.setattr("local.kubelet.network.dns.DNS_PORT", silent.getsockname()[1])
            monkeypatch.setattr(
                "local.kubelet.network.dns.machine_nameservers", lambda: ["127.203.9.2"]
            )
            began_s = loop.time()
            codes = [(await server.reply(question("example.com")))[3] & 15 for _ in range(20)]
            return codes, loop.time() - began_s

    codes, took_s = asyncio.run(talk())
    assert codes == [2] * 20
    assert took_s < 2


def test_tcp_carries_several_questions():
    async def talk():
        server = DnsServer(NAMES.get, "cluster.local")
        with socket.socket() as probe:
            probe.bind(("127.203.9.1", 0))
            port = probe.getsockname()[1]
        await server.listen("127.203.9.1", port)
        reader, writer = await asyncio.open_connection("127.203.9.1", port)
        codes = []
        for name in ("db.data.svc.cluster.local", "no.svc.cluster.local"):
            message = question(name)
            writer.write(struct.pack("!H", len(message)) + message)
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            codes.append((await reader.readexactly(length))[3] & 15)
        writer.close()
        server.close()
        return codes

    assert asyncio.run(talk()) == [0, 3]
