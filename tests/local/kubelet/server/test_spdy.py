"""Frames as the API server's library writes them."""

import asyncio
import struct
import zlib

from local.kubelet.server.spdy import (
    DICTIONARY,
    FIN,
    PING,
    RST_STREAM,
    SYN_REPLY,
    SYN_STREAM,
    VERSION,
    Session,
)


class FakeTransport(asyncio.Transport):
    def __init__(self):
        super().__init__()
        self.written = b""
        self.is_closed = False

    def write(self, data):
        self.written += data

    def set_write_buffer_limits(self, high=None, low=None):
        pass

    def set_protocol(self, protocol):
        self.protocol = protocol

    def close(self):
        self.is_closed = True

    def frames(self):
        rest, found = self.written, []
        while rest:
            first, second = struct.unpack_from("!II", rest)
            length = second & 0xFFFFFF
            kind = first & 0xFFFF if first & 0x80000000 else 0
            number = 0 if kind else first
            found.append((kind, number, second >> 24, rest[8 : 8 + length]))
            rest = rest[8 + length :]
        return found


class Client:
    def __init__(self):
        self.deflate = zlib.compressobj(zdict=DICTIONARY)

    def open(self, number, flags=0, **headers):
        block = struct.pack("!I", len(headers))
        for word in (part for pair in headers.items() for part in pair):
            block += struct.pack("!I", len(word)) + word.encode()
        packed = self.deflate.compress(block) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
        return control(SYN_STREAM, flags, struct.pack("!IIBB", number, 0, 0, 0) + packed)


def control(kind, flags, body):
    return struct.pack("!HHI", 0x8000 | VERSION, kind, flags << 24 | len(body)) + body


def data(number, payload, flags=0):
    return struct.pack("!II", number, flags << 24 | len(payload)) + payload


def run(work):
    async def scenario():
        session, transport = Session(), FakeTransport()
        session.take_over(transport)
        await work(session, transport, Client())

    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_a_stream_has_headers_and_is_answered():
    async def work(session, transport, client):
        session.data_received(client.open(1, streamType="stdin") + client.open(3, Port="80"))
        first, second = await session.streams.get(), await session.streams.get()
        assert (first.number, first.headers) == (1, {"streamtype": "stdin"})
        assert second.headers == {"port": "80"}
        replies = transport.frames()
        assert [kind for kind, *_ in replies] == [SYN_REPLY, SYN_REPLY]
        inflate = zlib.decompressobj(zdict=DICTIONARY)
        assert [inflate.decompress(body[4:]) for *_, body in replies] == [b"\0\0\0\0"] * 2

    run(work)


def test_bytes_arrive_in_pieces_of_any_size():
    async def work(session, transport, client):
        wire = client.open(1) + data(1, b"hello ") + data(1, b"world", FIN)
        for byte in wire:
            session.data_received(bytes([byte]))
        stream = await session.streams.get()
        assert [await stream.read() for _ in range(4)] == [b"hello ", b"world", b"", b""]

    run(work)


def test_what_is_written_is_cut_into_frames_and_ended_once():
    async def work(session, transport, client):
        session.data_received(client.open(1))
        stream = await session.streams.get()
        transport.written = b""
        await stream.write(b"x" * 100_000)
        await stream.close()
        await stream.close()
        frames = transport.frames()
        assert [len(body) for *_, body in frames] == [65536, 34464, 0]
        assert [flags for *_, flags, _ in frames] == [0, 0, FIN]
        assert {number for _, number, *_ in frames} == {1}

    run(work)


def test_pings_are_returned_and_resets_end_the_stream():
    async def work(session, transport, client):
        session.data_received(client.open(1))
        stream = await session.streams.get()
        transport.written = b""
        session.data_received(control(PING, 0, struct.pack("!I", 9)))
        assert transport.frames() == [(PING, 0, 0, struct.pack("!I", 9))]
        session.data_received(control(RST_STREAM, 0, struct.pack("!II", 1, 5)))
        assert await stream.read() == b""

    run(work)


def test_a_lost_connection_ends_everything():
    async def work(session, transport, client):
        session.data_received(client.open(1))
        stream = await session.streams.get()
        session.connection_lost(None)
        assert await stream.read() == b""
        assert await session.streams.get() is None
        await stream.write(b"into the void")

    run(work)
