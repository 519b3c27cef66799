"""Carries bytes between two sockets through the kernel, without copying them into this process."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import socket
import struct
from collections.abc import Callable

ONE_TURN_BYTES = 1 << 20
WIDE_PIPE_BYTES = 1 << 20
FIRST_PIPE_BYTES = 1 << 16
F_SETPIPE_SZ = 1031
ABORT = struct.pack("ii", 1, 0)


class OneWay:
    """Source -> pipe -> sink. It stops reading while the sink is full."""

    def __init__(
        self, source: socket.socket, sink: socket.socket, on_end: Callable[[bool], None]
    ) -> None:
        self._source, self._sink = source, sink
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._out, self._in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._held = 0
        self._is_wide = False
        self._at_end = False
        self._is_closed = False

    def start(self) -> None:
        self._loop.add_reader(self._source, self._read)

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._loop.remove_reader(self._source)
        self._loop.remove_writer(self._sink)
        os.close(self._out)
        os.close(self._in)

    def _read(self) -> None:
        try:
            moved = os.splice(self._source.fileno(), self._in, ONE_TURN_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self._end(failed=True)
            return
        if moved == 0:
            self._at_end = True
            self._loop.remove_reader(self._source)
        self._held += moved
        if moved >= FIRST_PIPE_BYTES and not self._is_wide:
            self._widen()
        self._drain()

    def _drain(self) -> None:
        """Called after a read, and when the sink takes bytes again."""
        try:
            while self._held:
                self._held -= os.splice(self._out, self._sink.fileno(), self._held)
        except BlockingIOError:
            self._loop.remove_reader(self._source)
            self._loop.add_writer(self._sink, self._resume)
            return
        except OSError:
            self._end(failed=True)
            return
        if self._at_end:
            self._end(failed=False)

    def _resume(self) -> None:
        self._loop.remove_writer(self._sink)
        if not self._at_end:
            self._loop.add_reader(self._source, self._read)
        self._drain()

    def _end(self, *, failed: bool) -> None:
        if self._is_closed:
            return
        self.close()
        if not failed:
            with contextlib.suppress(OSError):
                self._sink.shutdown(socket.SHUT_WR)
        self._on_end(failed)

    def _widen(self) -> None:
        """More than one buffer at a time: worth a larger pipe, if the user's quota allows it."""
        self._is_wide = True
        with contextlib.suppress(OSError):
            fcntl.fcntl(self._in, F_SETPIPE_SZ, WIDE_PIPE_BYTES)


class Splice:
    """Both directions of one connection; each side may end its own direction first."""

    def __init__(
        self, client: socket.socket, server: socket.socket, on_end: Callable[[Splice], None]
    ) -> None:
        self._sockets = (client, server)
        self._on_end = on_end
        self._open = 2
        self._ways = (
            OneWay(client, server, self._one_ended),
            OneWay(server, client, self._one_ended),
        )
        for way in self._ways:
            way.start()

    def close(self) -> None:
        for way in self._ways:
            way.close()
        for one in self._sockets:
            one.close()

    def _one_ended(self, failed: bool) -> None:
        self._open -= 1
        if failed:
            abort(*self._sockets)
        if failed or not self._open:
            self.close()
            self._on_end(self)


def abort(*sockets: socket.socket) -> None:
    """Closing will reset the connection instead of ending it in order."""
    for one in sockets:
        with contextlib.suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
