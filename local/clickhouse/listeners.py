"""The server's listeners made from the engine's two: more addresses of one HTTP port, each bound
where its role belongs.

The engine opens TCP and HTTP on every `listen_host`. Besides the genuine host it is given one
made-up host for each further role; as it binds them they are moved to the genuine address and the
role's port, and get the role's handlers.
"""

from __future__ import annotations

import ctypes
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from local.clickhouse.library import Library, before, string_object

HANDLER_FACTORY = 0x19097340
CONFIG_ARGUMENT, METRICS_ARGUMENT = 1, 2
HANDLER_FACTORY_START = "554157415641554154534881ec68010000"
BIND_IMPORTS = (0x211479B8, 0x211563C8)
MADE_UP = "192.0.2."  # never routed: set aside for documentation


class Role(StrEnum):
    """What a listener serves; the value is the engine's name of its handlers."""

    HTTP = "HTTPHandler-factory"
    INTERSERVER = "InterserverIOHTTPHandler-factory"
    PROMETHEUS = "PrometheusHandler-factory"


@dataclass(frozen=True, kw_only=True)
class Listeners:
    host: str
    http_port: int
    tcp_port: int
    role_ports: Mapping[Role, int]

    def listen_hosts(self) -> list[str]:
        """The genuine host last: what the engine registers last is what it tells of itself."""
        return [*(self.made_up_host(role) for role in self.role_ports), self.host]

    def made_up_host(self, role: Role) -> str:
        return MADE_UP + str(1 + list(Role).index(role))

    def placed(self, host: str, port: int) -> tuple[str, int]:
        """Where a socket that the engine binds to this address belongs; TCP has no further
        roles and gets any free port."""
        for role, role_port in self.role_ports.items():
            if host == self.made_up_host(role):
                return self.host, role_port if port == self.http_port else 0
        return host, port


@dataclass(frozen=True, kw_only=True)
class EngineObjects:
    """Addresses of what the engine hands to the makers of its HTTP handlers."""

    config: int
    metrics: int


def install(
    library: Library, listeners: Listeners, on_objects: Callable[[EngineObjects], None]
) -> None:
    place_sockets(library, listeners)
    choose_handlers(library, listeners, on_objects)


def place_sockets(library: Library, listeners: Listeners) -> None:
    """Bind what belongs to a made-up host where its role belongs."""
    bind = ctypes.CDLL(None, use_errno=True).bind

    def place_and_bind(descriptor: int, address: int, length: int) -> int:
        raw = ctypes.string_at(address, length)
        if struct.unpack_from("=H", raw)[0] == socket.AF_INET:
            port = struct.unpack_from("!H", raw, 2)[0]
            host, port = listeners.placed(socket.inet_ntoa(raw[4:8]), port)
            raw = raw[:2] + struct.pack("!H", port) + socket.inet_aton(host) + raw[8:]
        result: int = bind(descriptor, raw, length)
        return result

    prototype = ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, use_errno=True
    )
    replacement = library.callback(prototype, place_and_bind)
    for slot in BIND_IMPORTS:
        library.import_slot(slot, "bind", replacement)


def choose_handlers(
    library: Library, listeners: Listeners, on_objects: Callable[[EngineObjects], None]
) -> None:
    """The engine makes the handlers of one HTTP listener after the other, in the hosts' order."""
    roles = [*listeners.role_ports, Role.HTTP]
    names = [name_object(library, role) for role in roles]
    current = library.keep(ctypes.c_uint64(names[0]))
    made = 0

    def choose(*arguments: int) -> None:
        nonlocal made
        current.value = names[made % len(names)]
        if made == 0:
            config, metrics = arguments[CONFIG_ARGUMENT], arguments[METRICS_ARGUMENT]
            on_objects(EngineObjects(config=config, metrics=metrics))
        made += 1

    callback = library.callback(ctypes.CFUNCTYPE(None, *[ctypes.c_uint64] * 6), choose)
    # mov rcx, &current; mov rcx, [rcx]: the name that decides which handlers are made
    code = b"\x48\xb9" + struct.pack("<Q", ctypes.addressof(current)) + b"\x48\x8b\x09"
    code += library.resume(HANDLER_FACTORY, HANDLER_FACTORY_START)
    entry = before(callback, library.add_code(code))
    library.redirect(HANDLER_FACTORY, HANDLER_FACTORY_START, entry)


def name_object(library: Library, role: Role) -> int:
    content = string_object(library, role.value)
    return ctypes.addressof(library.keep(ctypes.create_string_buffer(content, len(content))))
