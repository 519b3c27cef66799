"""`kubectl exec`: a command in a running container, over SPDY or WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import pty
import struct
import termios
from dataclasses import dataclass

from aiohttp import web

from local.kubelet.cluster.objects import Json
from local.kubelet.errors import StartError
from local.kubelet.runtime.execution import Inside, end_group
from local.kubelet.server.channels import (
    RESIZE,
    STDERR,
    STDIN,
    STDOUT,
    WEBSOCKET_PROTOCOLS,
    Channels,
    SpdyChannels,
    WebSocketChannels,
)
from local.kubelet.server.lookup import Lookup
from local.kubelet.server.spdy import Stream
from local.kubelet.server.upgrade import hold, upgraded

log = logging.getLogger(__name__)
SPDY_PROTOCOLS = ("v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io")
STREAMS_TIMEOUT_S = 30.0
CHUNK_BYTES = 32 * 1024


@dataclass(frozen=True, kw_only=True)
class ExecRequest:
    command: tuple[str, ...]
    has_input: bool
    has_output: bool
    has_errors: bool
    is_terminal: bool

    @property
    def streams(self) -> int:
        """How many the client opens, with the one for the result."""
        return 1 + sum((self.has_input, self.has_output, self.has_errors, self.is_terminal))


class ExecHandler:
    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    async def serve(self, request: web.Request) -> web.StreamResponse:
        _, slot = self._lookup.slot(request)
        try:
            inside = slot.require_inside()
        except StartError as error:
            return web.Response(status=400, text=f"{error}\n")
        wanted = read_request(request)
        if request.headers.get("Upgrade", "").lower() == "websocket":
            socket = web.WebSocketResponse(protocols=WEBSOCKET_PROTOCOLS)
            await socket.prepare(request)
            await execute(inside, wanted, WebSocketChannels(socket))
            return socket
        session = upgraded(request, SPDY_PROTOCOLS)
        streams: dict[str, Stream] = {}
        try:
            async with asyncio.timeout(STREAMS_TIMEOUT_S):
                while len(streams) < wanted.streams:
                    stream = await session.streams.get()
                    if stream is None:
                        return await hold(session)
                    streams[stream.headers.get("streamtype", "")] = stream
        except TimeoutError:
            session.close()
            return await hold(session)
        await execute(inside, wanted, SpdyChannels(session, streams))
        return await hold(session)


def read_request(request: web.Request) -> ExecRequest:
    def asked(*names: str) -> bool:
        return any(request.query.get(name) in ("1", "true") for name in names)

    is_terminal = asked("tty")
    return ExecRequest(
        command=tuple(request.query.getall("command", [])),
        has_input=asked("input", "stdin"),
        has_output=asked("output", "stdout"),
        has_errors=asked("error", "stderr") and not is_terminal,
        is_terminal=is_terminal,
    )


async def execute(inside: Inside, wanted: ExecRequest, channels: Channels) -> None:
    try:
        run = on_terminal if wanted.is_terminal else on_pipes
        code = await run(inside, wanted, channels)
        await channels.finish(result(code))
    except ConnectionError:
        log.debug("the client of an exec has gone")
    except OSError as error:
        await channels.finish(failure("InternalError", f"error executing command: {error}"))


async def on_pipes(inside: Inside, wanted: ExecRequest, channels: Channels) -> int:
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *inside.argv(wanted.command),
        env=dict(inside.env),
        stdin=pipe if wanted.has_input else nothing,
        stdout=pipe,
        stderr=pipe,
        start_new_session=True,
    )
    feeding = asyncio.create_task(feed(channels, process.stdin))
    try:
        await asyncio.gather(
            copy(process.stdout, channels, STDOUT), copy(process.stderr, channels, STDERR)
        )
        return exit_code(await process.wait())
    finally:
        feeding.cancel()
        if process.returncode is None:
            await end_group(process)


async def feed(channels: Channels, sink: asyncio.StreamWriter | None) -> None:
    if sink is None:
        return
    with contextlib.suppress(ConnectionError):
        while data := await channels.read(STDIN):
            sink.write(data)
            await sink.drain()
        sink.close()


async def copy(source: asyncio.StreamReader | None, channels: Channels, channel: int) -> None:
    while source and (data := await source.read(CHUNK_BYTES)):
        await channels.write(channel, data)


async def on_terminal(inside: Inside, wanted: ExecRequest, channels: Channels) -> int:
    master, slave = pty.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            *inside.argv(wanted.command),
            env={"TERM": "xterm", **inside.env},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            preexec_fn=lambda: os.login_tty(slave),
        )
    finally:
        os.close(slave)
    tasks = [
        asyncio.create_task(feed_terminal(channels, master)),
        asyncio.create_task(follow_size(channels, master)),
    ]
    try:
        await show_terminal(channels, master)
        return exit_code(await process.wait())
    finally:
        for task in tasks:
            task.cancel()
        if process.returncode is None:
            await end_group(process)
        os.close(master)


async def show_terminal(channels: Channels, master: int) -> None:
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes] = asyncio.Queue()

    def take() -> None:
        try:
            data = os.read(master, CHUNK_BYTES)
        except OSError:
            data = b""
        if not data:
            loop.remove_reader(master)
        chunks.put_nowait(data)

    loop.add_reader(master, take)
    try:
        while data := await chunks.get():
            await channels.write(STDOUT, data)
    finally:
        loop.remove_reader(master)


async def feed_terminal(channels: Channels, master: int) -> None:
    while data := await channels.read(STDIN):
        await asyncio.to_thread(os.write, master, data)


async def follow_size(channels: Channels, master: int) -> None:
    while data := await channels.read(RESIZE):
        with contextlib.suppress(ValueError, KeyError, OSError):
            size = json.loads(data)
            packed = struct.pack("HHHH", size["Height"], size["Width"], 0, 0)
            fcntl.ioctl(master, termios.TIOCSWINSZ, packed)


def exit_code(code: int) -> int:
    return code if code >= 0 else 128 - code


def result(code: int) -> Json:
    if code == 0:
        return {"metadata": {}, "status": "Success"}
    text = f"command terminated with non-zero exit code: exit status {code}"
    status = failure("NonZeroExitCode", text)
    status["details"] = {"causes": [{"reason": "ExitCode", "message": str(code)}]}
    return status


def failure(reason: str, message: str) -> Json:
    return {"metadata": {}, "status": "Failure", "reason": reason, "message": message}
