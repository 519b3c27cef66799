"""The part of SPDY/3.1 that the API server speaks to a kubelet, for exec and port-forward."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

VERSION = 3
SYN_STREAM, SYN_REPLY, RST_STREAM, SETTINGS, PING, GOAWAY = 1, 2, 3, 4, 6, 7
FIN = 0x01
CANCEL = 5
LARGEST_FRAME_BYTES = 64 * 1024
HIGH_WATER_BYTES = 1 << 20

# The dictionary that the specification prescribes for header compression.
HEADER_WORDS = (
    *("options", "head", "post", "put", "delete", "trace", "accept", "accept-charset"),
    *("accept-encoding", "accept-language", "accept-ranges", "age", "allow", "authorization"),
    *("cache-control", "connection", "content-base", "content-encoding", "content-language"),
    *("content-length", "content-location", "content-md5", "content-range", "content-type"),
    *("date", "etag", "expect", "expires", "from", "host", "if-match", "if-modified-since"),
    *("if-none-match", "if-range", "if-unmodified-since", "last-modified", "location"),
    *("max-forwards", "pragma", "proxy-authenticate", "proxy-authorization", "range", "referer"),
    *("retry-after", "server", "te", "trailer", "transfer-encoding", "upgrade", "user-agent"),
    *("vary", "via", "warning", "www-authenticate", "method", "get", "status", "200 OK"),
    *("version", "HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin"),
)
HEADER_TAIL = (
    b"100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
    b"203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 "
    b"Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 "
    b"Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, "
    b"Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,"
    b"application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdch"
    b"charset=utf-8charset=iso-8859-1,utf-,*,enq=0."
)
DICTIONARY = (
    b"".join(struct.pack("!I", len(word)) + word.encode() for word in HEADER_WORDS) + HEADER_TAIL
)


@dataclass(frozen=True, kw_only=True)
class Frame:
    kind: int
    flags: int
    body: bytes


class Stream:
    """One direction-independent channel; `read` gives b"" once the other side has ended it."""

    def __init__(self, number: int, headers: Mapping[str, str], session: Session) -> None:
        self.number = number
        self.headers = headers
        self._session = session
        self._received: asyncio.Queue[bytes] = asyncio.Queue()
        self._is_ended = False
        self._is_closed = False

    async def read(self) -> bytes:
        if self._is_ended and self._received.empty():
            return b""
        return await self._received.get()

    async def write(self, data: bytes) -> None:
        for start in range(0, len(data), LARGEST_FRAME_BYTES):
            chunk = data[start : start + LARGEST_FRAME_BYTES]
            await self._session.send_data(self.number, chunk, flags=0)

    async def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            await self._session.send_data(self.number, b"", flags=FIN)

    async def reset(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            await self._session.send_reset(self.number)

    def feed(self, data: bytes, *, is_last: bool) -> None:
        if data:
            self._received.put_nowait(data)
        if is_last and not self._is_ended:
            self._is_ended = True
            self._received.put_nowait(b"")


class Session(asyncio.Protocol):
    """Takes over the transport of an upgraded request; `streams` gives those that are opened."""

    def __init__(self) -> None:
        self.streams: asyncio.Queue[Stream | None] = asyncio.Queue()
        self.closed = asyncio.Event()
        self._transport: asyncio.Transport | None = None
        self._open: dict[int, Stream] = {}
        self._buffer = bytearray()
        self._inflate = zlib.decompressobj(zdict=DICTIONARY)
        self._deflate = zlib.compressobj(zdict=DICTIONARY)
        self._may_write = asyncio.Event()
        self._may_write.set()

    def take_over(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        transport.set_write_buffer_limits(high=HIGH_WATER_BYTES)
        transport.set_protocol(self)

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while frame := self._next_frame():
            self._handle(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.closed.set()
        self._may_write.set()
        for stream in self._open.values():
            stream.feed(b"", is_last=True)
        self.streams.put_nowait(None)

    async def send_data(self, number: int, data: bytes, *, flags: int) -> None:
        await self._may_write.wait()
        self._send(struct.pack("!II", number, flags << 24 | len(data)) + data)

    async def send_reset(self, number: int) -> None:
        self._send_control(RST_STREAM, 0, struct.pack("!II", number, CANCEL))

    def close(self) -> None:
        if self._transport and not self.closed.is_set():
            self._transport.close()

    def _next_frame(self) -> Frame | None:
        if len(self._buffer) < 8:
            return None
        first, second = struct.unpack_from("!II", self._buffer)
        length = second & 0xFFFFFF
        if len(self._buffer) < 8 + length:
            return None
        body = bytes(self._buffer[8 : 8 + length])
        del self._buffer[: 8 + length]
        flags = second >> 24
        if first & 0x80000000:
            return Frame(kind=first & 0xFFFF, flags=flags, body=body)
        return Frame(kind=0, flags=flags, body=struct.pack("!I", first) + body)

    def _handle(self, frame: Frame) -> None:
        if frame.kind == 0:
            (number,) = struct.unpack_from("!I", frame.body)
            if stream := self._open.get(number):
                stream.feed(frame.body[4:], is_last=bool(frame.flags & FIN))
        elif frame.kind == SYN_STREAM:
            self._opened(frame)
        elif frame.kind == RST_STREAM:
            (number,) = struct.unpack_from("!I", frame.body)
            if stream := self._open.pop(number, None):
                stream.feed(b"", is_last=True)
        elif frame.kind == PING:
            self._send_control(PING, 0, frame.body)
        elif frame.kind == GOAWAY:
            self.close()

    def _opened(self, frame: Frame) -> None:
        number = struct.unpack_from("!I", frame.body)[0] & 0x7FFFFFFF
        headers = read_headers(self._inflate.decompress(frame.body[10:]))
        stream = Stream(number, headers, self)
        self._open[number] = stream
        reply = self._deflate.compress(struct.pack("!I", 0))
        reply += self._deflate.flush(zlib.Z_SYNC_FLUSH)
        self._send_control(SYN_REPLY, 0, struct.pack("!I", number) + reply)
        if frame.flags & FIN:
            stream.feed(b"", is_last=True)
        self.streams.put_nowait(stream)

    def _send_control(self, kind: int, flags: int, body: bytes) -> None:
        head = struct.pack("!HHI", 0x8000 | VERSION, kind, flags << 24 | len(body))
        self._send(head + body)

    def _send(self, data: bytes) -> None:
        if self._transport and not self.closed.is_set():
            self._transport.write(data)


def read_headers(block: bytes) -> dict[str, str]:
    (count,) = struct.unpack_from("!I", block)
    position, headers = 4, {}
    for _ in range(count):
        words = []
        for _ in range(2):
            (length,) = struct.unpack_from("!I", block, position)
            words.append(block[position + 4 : position + 4 + length].decode())
            position += 4 + length
        headers[words[0].lower()] = words[1]
    return headers
