"""The server's TLS ports, which the embedded engine cannot open: TLS ends here, and the bytes go on
to the plain port of the same address."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Mapping

from local.clickhouse.listeners import Listeners
from local.clickhouse.server_config import ConfigError, ServerConfig

CERTIFICATE = "openSSL.server.certificateFile"
KEY = "openSSL.server.privateKeyFile"
PORTS = ("https_port", "tcp_port_secure")
CHUNK_BYTES = 1 << 16
OPENS_WITHIN_S = 10.0


def context_of(config: ServerConfig) -> ssl.SSLContext | None:
    """None where the configuration has no TLS port."""
    if not any(config.number(port, 0) for port in PORTS):
        return None
    certificate, key = config.text(CERTIFICATE), config.text(KEY)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key or None)
    except (OSError, ssl.SSLError) as problem:
        raise ConfigError(f"{CERTIFICATE}: {certificate!r} with {key!r}: {problem}.") from problem
    return context


def ports_of(config: ServerConfig, listeners: Listeners) -> dict[int, int]:
    """The plain port behind each TLS port."""
    plain = zip(PORTS, (listeners.http_port, listeners.tcp_port), strict=True)
    return {config.number(port, 0): target for port, target in plain if config.number(port, 0)}


def serve(host: str, ports: Mapping[int, int], context: ssl.SSLContext) -> None:
    """Return when the ports are open; they are served by a thread of this process."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="tls", daemon=True).start()
    opening = asyncio.run_coroutine_threadsafe(open_ports(host, ports, context), loop)
    opening.result(OPENS_WITHIN_S)


async def open_ports(host: str, ports: Mapping[int, int], context: ssl.SSLContext) -> None:
    for port, target in ports.items():

        async def join(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: int = target
        ) -> None:
            with contextlib.suppress(OSError):
                plain_reader, plain_writer = await asyncio.open_connection(host, target)
                await asyncio.gather(copy(reader, plain_writer), copy(plain_reader, writer))

        await asyncio.start_server(join, host, port, ssl=context)


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until the reader ends; then the other side is closed, too."""
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()
