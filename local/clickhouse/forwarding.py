"""A second address for a server on this machine: what connects to it is passed on, byte by byte."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from collections.abc import MutableMapping
from urllib.parse import urlsplit, urlunsplit

CREDENTIALS = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
ACCEPTED_BY_SDK = ipaddress.ip_network("127.0.0.0/24")
CHUNK_BYTES = 1 << 16
BACKLOG = 64
CONNECT_WITHIN_S = 10


def forward(listen: tuple[str, int], target: tuple[str, int]) -> tuple[str, int]:
    """Pass connections on from now on, in threads of this process; returns the address, whose port
    was chosen when it was 0."""
    listener = socket.create_server(listen, backlog=BACKLOG)

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=join, args=[connection, target], daemon=True).start()

    threading.Thread(target=accept, name=f"port {listen[1]}", daemon=True).start()
    host, port = listener.getsockname()[:2]
    return str(host), int(port)


def join(client: socket.socket, target: tuple[str, int]) -> None:
    with contextlib.suppress(OSError):
        server = socket.create_connection(target, timeout=CONNECT_WITHIN_S)
        server.settimeout(None)
        back = threading.Thread(target=copy, args=[server, client], daemon=True)
        back.start()
        copy(client, server)
        back.join()
        server.close()
    client.close()


def copy(source: socket.socket, target: socket.socket) -> None:
    """Until the source ends; then the target is told so."""
    with contextlib.suppress(OSError):
        while chunk := source.recv(CHUNK_BYTES):
            target.sendall(chunk)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def accept_credentials_address(env: MutableMapping[str, str]) -> None:
    """The AWS SDK in the engine asks for credentials over plain HTTP at 127.0.0.* only, and not at
    the loopback's other addresses: give it one of those."""
    address = urlsplit(env.get(CREDENTIALS, ""))
    try:
        host = ipaddress.ip_address(address.hostname or "")
    except ValueError:
        return
    if address.scheme != "http" or not host.is_loopback or host in ACCEPTED_BY_SDK:
        return
    near = forward(("127.0.0.1", 0), (str(host), address.port or 80))
    env[CREDENTIALS] = urlunsplit(address._replace(netloc=f"{near[0]}:{near[1]}"))
