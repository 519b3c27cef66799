"""Clients of both protocols, down to the bytes: they show what a connection itself goes through."""

from __future__ import annotations

import asyncio
import base64
import ssl
from dataclasses import dataclass, field
from urllib.parse import quote

HTTP_PORT, NATIVE_PORT, HTTPS_PORT, NATIVE_TLS_PORT = 8123, 9000, 8443, 9440
HELLO, PING, SERVER_HELLO, PONG = 0, 4, 0, 4
REVISION = 54_032
PATIENCE_S = 300


@dataclass(frozen=True, kw_only=True)
class Caller:
    address: str
    password: str
    source: str | None = None
    """The address to call from."""
    name: str = ""
    """Whom to ask for over TLS; without it, plain connections are made."""
    trusted: ssl.SSLContext | None = field(default=None, repr=False)

    async def connect(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        local = (self.source, 0) if self.source else None
        if not self.name:
            return await asyncio.open_connection(self.address, port, local_addr=local)
        return await asyncio.open_connection(
            self.address, port, local_addr=local, ssl=self.trusted, server_hostname=self.name
        )

    async def http(self, query: str, body: bytes = b"", *, path: str | None = None) -> str:
        """The answer's body; an error unless it is 200."""
        reader, writer = await self.connect(HTTPS_PORT if self.name else HTTP_PORT)
        try:
            login = base64.b64encode(f"default:{self.password}".encode()).decode()
            target = path or f"/?query={quote(query)}"
            method = "GET" if path else "POST"
            head = f"{method} {target} HTTP/1.0\r\nAuthorization: Basic {login}\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reader.read()
        finally:
            writer.close()
        status, _, rest = answer.partition(b"\r\n")
        text = rest.partition(b"\r\n\r\n")[2].decode()
        if b" 200 " not in status:
            raise ConnectionError(f"{status.decode() or 'closed'}: {text}")
        return text.strip()

    async def native(self) -> str:
        """Log in and ping, as a driver does before its first query."""
        reader, writer = await self.connect(NATIVE_TLS_PORT if self.name else NATIVE_PORT)
        try:
            writer.write(bytes([HELLO]) + text("stack test") + number(1) + number(1))
            writer.write(number(REVISION) + text("default") + text("default") + text(self.password))
            first = await reader.readexactly(1)
            if first[0] != SERVER_HELLO:
                raise ConnectionError(f"packet {first[0]} instead of a hello")
            await hello(reader)
            writer.write(bytes([PING]))
            if (await reader.readexactly(1))[0] != PONG:
                raise ConnectionError("no pong")
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("closed") from error
        finally:
            writer.close()
        return "pong"


async def hello(reader: asyncio.StreamReader) -> None:
    """Name, version and revision of the server."""
    await reader.readexactly(await read_number(reader))
    for _ in range(3):
        await read_number(reader)


async def read_number(reader: asyncio.StreamReader) -> int:
    value, shift = 0, 0
    while True:
        byte = (await reader.readexactly(1))[0]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
        shift += 7


def number(value: int) -> bytes:
    made = b""
    while value >= 0x80:
        made += bytes([value & 0x7F | 0x80])
        value >>= 7
    return made + bytes([value])


def text(words: str) -> bytes:
    return number(len(words)) + words.encode()
