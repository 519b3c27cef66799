"""The worker of ON CLUSTER statements, which the server program starts once its tables are
loaded."""

from __future__ import annotations

import ctypes
import struct

from local.clickhouse import server_setup
from local.clickhouse.library import Library, string_object
from local.clickhouse.server_config import ServerConfig

SECTION = "distributed_ddl"
DEFAULT_QUEUE = "/clickhouse/task_queue/ddl/"
DEFAULT_REPLICAS = "/clickhouse/task_queue/replicas/"
KEEPER_NAME = "default"
WORKER_BYTES = 0x2F0
ALLOCATE = 0xE6E5DC0
MAKE, MAKE_CODE = 0x14818BC0, "554157415641554154534881eca80100004889cd4989d7"
START, START_CODE = 0x1481AB00, "41574156534883ec204889fb31c08687c1010000"
GET, GET_CODE = 0x1471E280, "5541574156534881ec880000004889fb4c8b37"
WORKER_FIELD = 0xDB8
HOLD = b"\xf0\x48\xff\x47\x08\xc3"  # lock inc [rdi + 8]: one owner more


def start(library: Library, config: ServerConfig, engine_config: int) -> None:
    """Make the worker and hand it to the engine, which ends it when it stops."""
    for address, code in ((MAKE, MAKE_CODE), (START, START_CODE), (GET, GET_CODE)):
        library.expect(address, code)
    context, owner = server_setup.global_context(library)
    ctypes.CFUNCTYPE(None, ctypes.c_uint64)(library.add_code(HOLD))(owner)
    worker = library.call(ALLOCATE, WORKER_BYTES)
    library.call(
        MAKE,
        worker,
        config.number(f"{SECTION}.pool_size", 1),
        text(library, config.text(f"{SECTION}.path", DEFAULT_QUEUE)),
        text(library, config.text(f"{SECTION}.replicas_path", DEFAULT_REPLICAS)),
        context,
        owner,
        engine_config,
        text(library, SECTION),
        text(library, KEEPER_NAME),
        text(library, "DDLWorker"),
        0,
        0,
    )
    library.call(START, worker)
    shared = struct.unpack("<Q", ctypes.string_at(context, 8))[0]
    ctypes.memmove(shared + WORKER_FIELD, struct.pack("<Q", worker), 8)


def text(library: Library, content: str) -> int:
    holder = string_object(library, content)
    return ctypes.addressof(library.keep(ctypes.create_string_buffer(holder, len(holder))))
