"""Users, roles and other access entities in the running engine: read, put and removed as text, the
same that a server keeps on disk or in Keeper."""

from __future__ import annotations

import ctypes
import struct
import uuid
from collections.abc import Callable

from local.clickhouse.library import Library

TABLE = 0x20C70100 + 16
FIND_ALL, READ, INSERT, REMOVE, UPDATE = 21, 22, 24, 25, 26
FUNCTIONS = {
    FIND_ALL: 0x12CB6C40,
    READ: 0x12CE4480,
    INSERT: 0x12C49280,
    REMOVE: 0x12C492C0,
    UPDATE: 0x12C49300,
}
SERIALIZE, SERIALIZE_START = 0x12C91D40, "554157415641554154534881ecb80000004989f64989fd"
DESERIALIZE, DESERIALIZE_START = 0x12C92100, "4156534883ec184989f6480fbe4617"
FREE, RELEASE_WEAK = 0xE6E63C0, 0x20617180
ID_BYTES = 16
FETCH_AND_DECREMENT = b"\x48\xc7\xc0\xff\xff\xff\xff\xf0\x48\x0f\xc1\x47\x08\xc3"


class SharedPointer(ctypes.Structure):
    _fields_ = (("target", ctypes.c_uint64), ("owner", ctypes.c_uint64))


class AccessEntities:
    """`on_change` is called just before each change that a statement makes."""

    def __init__(self, library: Library, on_change: Callable[[], None]) -> None:
        self.library = library
        self.control = 0
        library.expect(SERIALIZE, SERIALIZE_START)
        library.expect(DESERIALIZE, DESERIALIZE_START)
        self.decrement = library.add_code(FETCH_AND_DECREMENT)

        def changing(control: int) -> None:
            self.control = control
            on_change()

        callback = library.callback(ctypes.CFUNCTYPE(None, ctypes.c_uint64), changing)
        for slot in (INSERT, REMOVE, UPDATE):
            library.precede_slot(TABLE + 8 * slot, FUNCTIONS[slot], callback)

    def ids(self) -> list[uuid.UUID]:
        found = ctypes.create_string_buffer(24)
        self.library.call(FUNCTIONS[FIND_ALL], ctypes.addressof(found), self.control)
        start, end, _ = struct.unpack("<QQQ", found.raw)
        content = ctypes.string_at(start, end - start) if start else b""
        if start:
            self.library.call(FREE, start)
        return [unpacked(content[at : at + ID_BYTES]) for at in range(0, len(content), ID_BYTES)]

    def text(self, identity: uuid.UUID) -> str | None:
        """The statements that make the entity; None when there is none."""
        key = packed(identity)
        entity = self.pointer(FUNCTIONS[READ], self.control, ctypes.addressof(key), 0)
        if not entity.target:
            return None
        out = ctypes.create_string_buffer(24)
        self.library.call(SERIALIZE, ctypes.addressof(out), entity.target)
        self.release(entity)
        return self.taken(out.raw)

    def put(self, identity: uuid.UUID, text: str) -> None:
        """Make it, or make it anew under the same identity."""
        definition = StringArgument(text)
        source = StringArgument(str(identity))
        entity = self.pointer(DESERIALIZE, definition.address, source.address)
        key = packed(identity)
        self.library.call(
            FUNCTIONS[INSERT],
            self.control,
            ctypes.addressof(key),
            ctypes.addressof(entity),
            1,
            0,
            0,
        )
        self.release(entity)

    def remove(self, identity: uuid.UUID) -> None:
        key = packed(identity)
        self.library.call(FUNCTIONS[REMOVE], self.control, ctypes.addressof(key), 0)

    def pointer(self, function: int, *arguments: int) -> SharedPointer:
        kinds = [ctypes.c_uint64] * len(arguments)
        called = ctypes.CFUNCTYPE(SharedPointer, *kinds)(self.library.base + function)
        result: SharedPointer = called(*arguments)
        return result

    def release(self, entity: SharedPointer) -> None:
        owner = entity.owner
        if owner and ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_uint64)(self.decrement)(owner) == 0:
            table = struct.unpack("<Q", ctypes.string_at(owner, 8))[0]
            destroy = struct.unpack("<Q", ctypes.string_at(table + 0x10, 8))[0]
            ctypes.CFUNCTYPE(None, ctypes.c_uint64)(destroy)(owner)
            self.library.call(RELEASE_WEAK, owner)

    def taken(self, raw: bytes) -> str:
        """The text of a string that the engine gave away."""
        if raw[23] < 0x80:
            return raw[: raw[23]].decode()
        start, length, _ = struct.unpack("<QQQ", raw)
        content = ctypes.string_at(start, length).decode()
        self.library.call(FREE, start)
        return content


class StringArgument:
    """A long string of the engine's kind that lives as long as this object."""

    def __init__(self, text: str) -> None:
        content = text.encode()
        self.content = ctypes.create_string_buffer(content)
        capacity = len(content) + 1 | 1 << 63
        header = struct.pack("<QQQ", ctypes.addressof(self.content), len(content), capacity)
        self.header = ctypes.create_string_buffer(header, len(header))
        self.address = ctypes.addressof(self.header)


def packed(identity: uuid.UUID) -> ctypes.Array[ctypes.c_char]:
    halves = struct.pack("<QQ", identity.int >> 64, identity.int & (1 << 64) - 1)
    return ctypes.create_string_buffer(halves, ID_BYTES)


def unpacked(content: bytes) -> uuid.UUID:
    high, low = struct.unpack("<QQ", content)
    return uuid.UUID(int=high << 64 | low)
