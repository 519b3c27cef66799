"""The engine's side of a plugin: telling the user something, and ending when the engine is gone."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

MESSAGE_SIZE_BYTES: Final = 400 * 1024 * 1024
MESSAGE_OPTIONS: Final = [
    ("grpc.max_receive_message_length", MESSAGE_SIZE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_SIZE_BYTES),
]
MOST_THREADS: Final = 512
"""Wider than any `--parallel` in use; threads are only started when a request finds none idle."""

PARENT_CHECK_S: Final = 1.0


class EndedError(Exception):
    """The engine asks this process to end."""


def _end(*_: object) -> None:
    raise EndedError


class EngineLog:
    """Sends messages to the engine, which shows them at the resource. Connects on first use."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._stub: Any = None

    def progress(self, urn: str, text: str) -> None:
        self._send(engine_pb2.INFO, urn, text, ephemeral=True)

    def info(self, urn: str, text: str) -> None:
        self._send(engine_pb2.INFO, urn, text, ephemeral=False)

    def warn(self, urn: str, text: str) -> None:
        self._send(engine_pb2.WARNING, urn, text, ephemeral=False)

    def error(self, urn: str, text: str) -> None:
        self._send(engine_pb2.ERROR, urn, text, ephemeral=False)

    def _send(self, severity: int, urn: str, text: str, *, ephemeral: bool) -> None:
        with self._lock:
            if self._stub is None:
                channel = grpc.insecure_channel(self._address, options=MESSAGE_OPTIONS)
                self._stub = engine_pb2_grpc.EngineStub(channel)
        request = engine_pb2.LogRequest(message=text, urn=urn, ephemeral=ephemeral)
        request.severity = severity  # type: ignore[assignment]
        try:
            self._stub.Log(request, timeout=10)
        except grpc.RpcError:
            return


def listening_server() -> tuple[grpc.Server, int]:
    """A server on a free loopback port; add servicers and start it."""
    pool = ThreadPoolExecutor(max_workers=MOST_THREADS)
    server = grpc.server(pool, options=MESSAGE_OPTIONS)
    return server, server.add_insecure_port("127.0.0.1:0")


def serve_until_orphaned(
    server: grpc.Server, port: int, on_end: Callable[[], None] = lambda: None
) -> None:
    """Serve, tell the engine the port on the first line of stdout, and end with the engine.

    The engine kills its plugins when it ends; if it is killed itself, it cannot.
    """
    parent = os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    server.start()
    print(port, flush=True)  # noqa: T201 (the protocol)
    try:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECK_S)
    except EndedError:
        pass
    on_end()
    server.stop(grace=None)
    os._exit(0)
