"""Answers `kubectl logs`."""

from __future__ import annotations

import time
from collections.abc import Mapping

from aiohttp import web

from local.kubelet.cluster.objects import parse_timestamp
from local.kubelet.pods.slot import Slot
from local.kubelet.pods.worker import PodWorker
from local.kubelet.runtime.log_reader import LogQuery, read_log


async def serve_logs(request: web.Request, worker: PodWorker, slot: Slot) -> web.StreamResponse:
    is_previous = request.query.get("previous") == "true"
    attempt = slot.attempt - 1 if is_previous else slot.attempt
    name = slot.container.name
    if attempt < 0 and is_previous:
        text = f'previous terminated container "{name}" in pod "{worker.pod.name}" not found\n'
        return web.Response(status=400, text=text)
    if attempt < 0:
        reason = slot.waiting.reason if slot.waiting else "ContainerCreating"
        text = f'container "{name}" in pod "{worker.pod.name}" is waiting to start: {reason}\n'
        return web.Response(status=400, text=text)
    live = None if is_previous else slot.log
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    response.enable_chunked_encoding()
    await response.prepare(request)
    async for chunk in read_log(slot.log_file(attempt), live, read_query(request.query)):
        await response.write(chunk)
    await response.write_eof()
    return response


def read_query(query: Mapping[str, str]) -> LogQuery:
    def number(name: str) -> int | None:
        return int(query[name]) if query.get(name) else None

    since_s = None
    if (seconds := number("sinceSeconds")) is not None:
        since_s = time.time() - seconds
    elif query.get("sinceTime"):
        since_s = parse_timestamp(query["sinceTime"])
    return LogQuery(
        follow=query.get("follow") == "true",
        timestamps=query.get("timestamps") == "true",
        tail_lines=number("tailLines"),
        limit_bytes=number("limitBytes"),
        since_s=since_s,
    )
