"""`kubectl port-forward`: connections to a pod's ports, carried by SPDY streams."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from aiohttp import web

from local.kubelet.server.lookup import Lookup
from local.kubelet.server.spdy import Stream
from local.kubelet.server.upgrade import hold, upgraded

log = logging.getLogger(__name__)
PROTOCOLS = ("portforward.k8s.io",)
CHUNK_BYTES = 64 * 1024


class PortForwardHandler:
    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    async def serve(self, request: web.Request) -> web.StreamResponse:
        worker = self._lookup.worker(request)
        address = worker.address
        if address is None:
            return web.Response(status=400, text=f"pod {worker.pod.key} has no address yet\n")
        session = upgraded(request, PROTOCOLS)
        waiting: dict[str, dict[str, Stream]] = {}
        tasks: set[asyncio.Task[None]] = set()
        while stream := await session.streams.get():
            pair = waiting.setdefault(stream.headers.get("requestid", ""), {})
            pair[stream.headers.get("streamtype", "")] = stream
            if {"data", "error"} <= pair.keys():
                waiting.pop(stream.headers.get("requestid", ""))
                task = asyncio.create_task(forward(address, pair["data"], pair["error"]))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        for task in tasks:
            task.cancel()
        return await hold(session)


async def forward(address: str, data: Stream, error: Stream) -> None:
    port = int(data.headers.get("port", "0"))
    try:
        reader, writer = await asyncio.open_connection(address, port)
    except OSError as cause:
        text = f"error forwarding port {port} to {address}: {cause.strerror or cause}"
        await error.write(text.encode())
        await error.close()
        await data.reset()
        return
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(to_pod(data, writer))
            group.create_task(from_pod(reader, data))
    except* ConnectionError:
        log.debug("a forwarded connection to %s:%s was cut", address, port)
    finally:
        writer.close()
        await data.close()
        await error.close()


async def to_pod(data: Stream, writer: asyncio.StreamWriter) -> None:
    while chunk := await data.read():
        writer.write(chunk)
        await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


async def from_pod(reader: asyncio.StreamReader, data: Stream) -> None:
    while chunk := await reader.read(CHUNK_BYTES):
        await data.write(chunk)
    await data.close()
