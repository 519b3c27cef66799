"""Turns an HTTP request into a SPDY session."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiohttp import web

from local.kubelet.server.spdy import Session

PROTOCOL_HEADER = "X-Stream-Protocol-Version"


def upgraded(request: web.Request, supported: Iterable[str]) -> Session:
    """Answer 101 and take over the connection; from then on the request must not be answered."""
    transport = request.transport
    if request.headers.get("Upgrade", "").upper() != "SPDY/3.1" or transport is None:
        raise web.HTTPBadRequest(text="the connection must be upgraded to SPDY/3.1\n")
    assert isinstance(transport, asyncio.Transport)
    offered = request.headers.getall(PROTOCOL_HEADER, [])
    names = [name.strip() for header in offered for name in header.split(",")]
    chosen = next((name for name in supported if name in names), None)
    if names and chosen is None:
        raise web.HTTPForbidden(text=f"none of the protocols {', '.join(names)} is known\n")
    head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
    if chosen:
        head += f"{PROTOCOL_HEADER}: {chosen}\r\n"
    session = Session()
    session.take_over(transport)
    transport.write(f"{head}\r\n".encode())
    return session


async def hold(session: Session) -> web.Response:
    """Keep the request's task until the session is over; what it returns is never sent."""
    await session.closed.wait()
    return web.Response()
