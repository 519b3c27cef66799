"""What only the server program sets up, set in this process's memory before the engine starts.

Without it replicated tables stay read-only, Replicated databases are refused and users cannot be
created. Offsets belong to the one build that `library` accepts.
"""

from __future__ import annotations

import ctypes
import struct
import uuid
from dataclasses import dataclass

from local.clickhouse.library import Library, jump, string_object

INTERNAL_USER = "_engine"  # as long as "default", whose place it takes
ONE_THREAD_POOLS = (0xEA1BC80, 0xEA1C8C0, 0xEA1BE40, 0xEA1CC40, 0xEA1C1C0)
NO_OPERATION = b"\x0f\x1f\x44\x00\x00"
POOL_THREADS = 16
POOL_QUEUE = 10_000

CATALOG = 0x14841240
RETURN_TRUE = 0x9068F40
USERS_TABLE = 0x20C734F8
USERS_READ_ONLY_SLOT = 5
USERS_BACKUP_SLOT, USERS_BACKUP = 15, 0x1291ABC0
USERS_WRITE_SLOTS = {24: 0x12CB8000, 25: 0x12CB9640, 26: 0x12CBA0C0}
QUERY_TABLE = 0x20CFD098
SEND_QUERY_SLOT = 10
SEND_QUERY = 0x19067F40


@dataclass(frozen=True, kw_only=True)
class Interserver:
    """How other replicas reach this one, and with which credentials."""

    host: str
    port: int
    user: str
    password: str


def apply_to(library: Library, interserver: Interserver, server_uuid: uuid.UUID) -> None:
    advertise(library, interserver)
    set_credentials(library, interserver)
    set_server_uuid(library, server_uuid)
    start_pools(library)
    take_internal_session(library)


def advertise(library: Library, interserver: Interserver) -> None:
    """The address and scheme under which parts are fetched from this replica."""
    host = string_object(library, interserver.host)
    address = return_copy(library, host + struct.pack("<Q", interserver.port))
    library.replace(0x147217C0, "4156534883ec484c8b36490fbe8e67010000", address)
    scheme = return_copy(library, string_object(library, "http"))
    library.replace(0x147218C0, "488b0680b88701000000", scheme)


def return_copy(library: Library, content: bytes) -> bytes:
    """Code of a function that gives its caller these bytes; strings in them must be short."""
    source = ctypes.addressof(library.keep(ctypes.create_string_buffer(content, len(content))))
    load = b"\x48\xb8" + struct.pack("<Q", source)
    moves = b"".join(
        b"\x48\x8b\x48" + bytes([offset]) + b"\x48\x89\x4f" + bytes([offset])
        for offset in range(0, len(content), 8)
    )
    return jump(library.add_code(load + moves + b"\x48\x89\xf8\xc3"))


def set_credentials(library: Library, interserver: Interserver) -> None:
    """One object of user, password and the list of accepted pairs, owned by nobody."""
    user = string_object(library, interserver.user)
    password = string_object(library, interserver.password)
    pairs = library.keep(ctypes.create_string_buffer(user + password, 48))
    start = ctypes.addressof(pairs)
    content = user + password + struct.pack("<QQQ", start, start + 48, start + 48)
    holder = library.keep(ctypes.create_string_buffer(content, len(content)))
    code = b"\x48\xb8" + struct.pack("<Q", ctypes.addressof(holder)) + b"\x31\xd2\xc3"
    library.replace(0x14721740, "41574156534c8b3f498d9f", code[: len(code)])


def set_server_uuid(library: Library, server_uuid: uuid.UUID) -> None:
    """Replicas know each other's Keeper sessions by it."""
    library.expect(0x12ED3800, "554156534883ec60488b05")
    value = server_uuid.int
    halves = struct.pack("<QQ", value >> 64, value & (1 << 64) - 1)
    library.write(0x21FCD228, halves, executable=False)


def start_pools(library: Library) -> None:
    """Thread pools for fetches, backups and tables of Replicated databases."""
    library.expect(0xEA1B600, "4883ec1848893c24488b4738")
    for getter in ONE_THREAD_POOLS:
        library.expect(getter, "41574156534883ec20")
        pool = library.call(getter)
        library.call(0xEA1B600, pool, POOL_THREADS, 0, POOL_QUEUE)


def take_internal_session(library: Library) -> None:
    """The engine's own session logs in as a user of ours, so that `default` is what users.xml
    says, and keeps that user's settings instead of the default profile's."""
    library.expect(0x19066EA8, "c7042464656661c744240361756c74")
    name = INTERNAL_USER.encode()
    library.write(0x19066EAB, name[:4], executable=True)
    library.write(0x19066EB3, name[3:], executable=True)
    library.replace(0x19066FEC, "e8cf936afb", NO_OPERATION)


def allow_user_management(library: Library) -> None:
    """CREATE USER and the like write to the storage of users.xml, in memory; BACKUP takes them."""
    no, yes = library.add_code(b"\x31\xc0\xc3"), library.add_code(b"\xb0\x01\xc3")
    library.set_slot(USERS_TABLE + 8 * USERS_READ_ONLY_SLOT, RETURN_TRUE, no)
    library.set_slot(USERS_TABLE + 8 * USERS_BACKUP_SLOT, USERS_BACKUP, yes)
    for slot, target in USERS_WRITE_SLOTS.items():
        # add rdi, 0x40; mov rax, [rdi]; jmp [rax + 8 * slot]: the storage in memory inside
        code = b"\x48\x83\xc7\x40\x48\x8b\x07\xff\xa0" + struct.pack("<I", 8 * slot)
        library.set_slot(USERS_TABLE + 8 * slot, target, library.add_code(code))


def on_each_statement(library: Library, callback: int) -> None:
    """Call back before each statement of the engine's own session; it may block."""
    library.precede_slot(QUERY_TABLE + 8 * SEND_QUERY_SLOT, SEND_QUERY, callback)


def allow_replicated_ddl(library: Library) -> None:
    """To be called once everything is loaded: the databases' DDL queues start to be worked off."""
    library.expect(0x14861040, "0fb68710090000c3")
    ctypes.memmove(library.call(CATALOG) + 0x910, b"\x01", 1)


def global_context(library: Library) -> tuple[int, int]:
    """The engine's context and what counts its owners, both held weakly by the catalog."""
    context, owner = struct.unpack("<QQ", ctypes.string_at(library.call(CATALOG), 16))
    return context, owner


def set_shutdown_wait(library: Library, seconds: int) -> None:
    """How long the engine waits for running queries when it stops."""
    library.expect(0xE92E812, "ba05000000")
    library.write(0xE92E813, struct.pack("<I", seconds), executable=True)


def set_default_database(library: Library, name: str) -> None:
    """Where sessions begin that name no database; it must exist."""
    library.expect(0x147114C0, "41574156534989f64989ffe870fd1200")
    context, _ = global_context(library)
    content = string_object(library, name)
    text = library.keep(ctypes.create_string_buffer(content, len(content)))
    library.call(0x147114C0, context, ctypes.addressof(text))
