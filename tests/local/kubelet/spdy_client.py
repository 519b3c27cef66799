"""The client's side of SPDY/3.1, as kubectl speaks it to the API server."""

from __future__ import annotations

import socket
import ssl
import struct
import zlib
from dataclasses import dataclass, field
from types import TracebackType

from local.kubelet.server.spdy import DICTIONARY, FIN, RST_STREAM, SYN_STREAM, VERSION


@dataclass(kw_only=True)
class Received:
    data: bytes = b""
    is_ended: bool = False


@dataclass(kw_only=True)
class SpdyClient:
    """Streams are numbered 1, 3, 5 ...; what arrives is kept by number."""

    connection: ssl.SSLSocket
    chosen: str
    received: dict[int, Received] = field(default_factory=dict)
    _buffer: bytes = b""

    def __post_init__(self) -> None:
        self._deflate = zlib.compressobj(zdict=DICTIONARY)

    def __enter__(self) -> SpdyClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def open(self, **headers: str) -> int:
        number = 2 * len(self.received) + 1
        block = struct.pack("!I", len(headers))
        for name, value in headers.items():
            for word in (name.encode(), value.encode()):
                block += struct.pack("!I", len(word)) + word
        packed = self._deflate.compress(block) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        body = struct.pack("!IIBB", number, 0, 0, 0) + packed
        head = struct.pack("!HHI", 0x8000 | VERSION, SYN_STREAM, len(body))
        self.received[number] = Received()
        self.connection.sendall(head + body)
        return number

    def send(self, number: int, data: bytes, *, is_last: bool = False) -> None:
        flags = FIN if is_last else 0
        self.connection.sendall(struct.pack("!II", number, flags << 24 | len(data)) + data)

    def read_until_ended(self, *numbers: int) -> list[bytes]:
        while not all(self.received[number].is_ended for number in numbers):
            self._take_frame()
        return [self.received[number].data for number in numbers]

    def _take_frame(self) -> None:
        first, second = struct.unpack("!II", self._exactly(8))
        body = self._exactly(second & 0xFFFFFF)
        if not first & 0x80000000:
            stream = self.received[first]
            stream.data += body
            stream.is_ended |= bool(second >> 24 & FIN)
        elif first & 0xFFFF == RST_STREAM:
            self.received[struct.unpack_from("!I", body)[0]].is_ended = True

    def _exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            chunk = self.connection.recv(65536)
            if not chunk:
                raise ConnectionError("the server has closed the connection")
            self._buffer += chunk
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data


def connect(address: tuple[str, int], tls: ssl.SSLContext, path: str, protocol: str) -> SpdyClient:
    raw = socket.create_connection(address, timeout=15)
    connection = tls.wrap_socket(raw, server_hostname=address[0])
    request = (
        f"POST {path} HTTP/1.1\r\nHost: {address[0]}\r\nConnection: Upgrade\r\n"
        f"Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: {protocol}\r\nContent-Length: 0\r\n\r\n"
    )
    connection.sendall(request.encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        assert byte, head
        head += byte
    assert b" 101 " in head.split(b"\r\n")[0], head + connection.recv(4096)
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
    chosen = {name.lower(): value for name, value in headers.items()}
    return SpdyClient(connection=connection, chosen=chosen.get("x-stream-protocol-version", ""))
