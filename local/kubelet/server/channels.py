"""The streams of an exec session, whichever protocol carries them."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Protocol

from aiohttp import WSMsgType, web

from local.kubelet.cluster.objects import Json
from local.kubelet.server.spdy import Session, Stream

STDIN, STDOUT, STDERR, ERROR, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255
WEBSOCKET_PROTOCOLS = (
    "v5.channel.k8s.io",
    "v4.channel.k8s.io",
    "v4.base64.channel.k8s.io",
    "channel.k8s.io",
    "base64.channel.k8s.io",
)
NAMES = {STDIN: "stdin", STDOUT: "stdout", STDERR: "stderr", ERROR: "error", RESIZE: "resize"}


class Channels(Protocol):
    async def read(self, channel: int) -> bytes:
        """b"" at the end."""
        ...

    async def write(self, channel: int, data: bytes) -> None: ...

    async def finish(self, status: Json) -> None: ...


class SpdyChannels:
    def __init__(self, session: Session, streams: dict[str, Stream]) -> None:
        self._session = session
        self._streams = streams

    async def read(self, channel: int) -> bytes:
        stream = self._streams.get(NAMES[channel])
        return await stream.read() if stream else b""

    async def write(self, channel: int, data: bytes) -> None:
        if stream := self._streams.get(NAMES[channel]):
            await stream.write(data)

    async def finish(self, status: Json) -> None:
        for name in ("stdout", "stderr"):
            if stream := self._streams.get(name):
                await stream.close()
        if stream := self._streams.get("error"):
            await stream.write(json.dumps(status).encode())
            await stream.close()
        self._session.close()


class WebSocketChannels:
    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket
        self._is_text = (socket.ws_protocol or "").endswith("base64.channel.k8s.io")
        self._received: dict[int, asyncio.Queue[bytes]] = {
            STDIN: asyncio.Queue(),
            RESIZE: asyncio.Queue(),
        }
        self._task = asyncio.create_task(self._receive())

    async def read(self, channel: int) -> bytes:
        return await self._received[channel].get()

    async def write(self, channel: int, data: bytes) -> None:
        if self._is_text:
            await self._socket.send_str(f"{channel}{base64.b64encode(data).decode()}")
        else:
            await self._socket.send_bytes(bytes([channel]) + data)

    async def finish(self, status: Json) -> None:
        await self.write(ERROR, json.dumps(status).encode())
        await self._socket.close()
        self._task.cancel()

    async def _receive(self) -> None:
        async for message in self._socket:
            if message.type not in (WSMsgType.BINARY, WSMsgType.TEXT) or not message.data:
                continue
            if self._is_text:
                channel, data = int(message.data[0]), base64.b64decode(message.data[1:])
            else:
                channel, data = message.data[0], message.data[1:]
            if channel == CLOSE:
                channel, data = data[0], b""
            if queue := self._received.get(channel):
                queue.put_nowait(bytes(data))
        for queue in self._received.values():
            queue.put_nowait(b"")
