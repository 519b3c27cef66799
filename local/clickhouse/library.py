"""chdb-core's library in this process: loaded, checked, and changed in memory only.

Every change names the bytes that it expects. A library with others is refused: addresses are those
of one build.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.machinery
import importlib.util
import mmap
import os
import struct
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

ENGINE_VERSION = "26.9.2.1"
LIBRARY_NAME = "_chdb.abi3.so"
LIBRARY_SHA256 = "1ae0bd0fb1360812796d7d22f72590f68773b5c41ff4bdaf6f8cf779ba251673"
BUILD_ID = "bdc4640446f9e58ef835635e38764a5992cd4b3c"
BUILD_ID_OFFSET = 0x2119E010
WAY_OUT = (
    "Put a genuine `clickhouse` binary on PATH, or remove the folder `clickhouse` from the local "
    "cloud's cache and run `byoc local up` again."
)
RTLD_DEEPBIND = 0x8
PAGE = mmap.PAGESIZE
CODE_BYTES = 1 << 16


class UnknownLibraryError(Exception):
    """The library is not the one whose addresses are known."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"{problem} {WAY_OUT}")


def check_build(path: Path) -> None:
    """Cheap enough for every start: the linker's own identity of the build."""
    with path.open("rb") as file:
        file.seek(BUILD_ID_OFFSET)
        found = file.read(len(BUILD_ID) // 2).hex()
    if found != BUILD_ID:
        raise UnknownLibraryError(
            f"{path} is not the build {BUILD_ID[:16]}... of chdb-core 26.9.0 for x86-64, the only "
            f"one that is known."
        )


def check_content(path: Path) -> None:
    """Every byte of the file, once after it was fetched."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != LIBRARY_SHA256:
        raise UnknownLibraryError(
            f"{path} has the sha256 {digest[:16]}..., and only {LIBRARY_SHA256[:16]}... "
            f"(chdb-core 26.9.0 for x86-64) is known."
        )


class Library:
    """The loaded library. Addresses are relative to its load base, as in the file."""

    def __init__(self, path: Path) -> None:
        mode = sys.getdlopenflags() | RTLD_DEEPBIND
        self._handle = ctypes.CDLL(str(path), mode=mode)
        self.module = _import_extension(path)
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.base = _load_base(path)
        self._code = mmap.mmap(
            -1, CODE_BYTES, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        )
        self._code_address = ctypes.addressof(ctypes.c_char.from_buffer(self._code))
        self._kept: list[Any] = []

    def query(self, statements: str) -> str:
        """Run clickhouse-local with these statements to its end, only once in a process; returns
        what went wrong."""
        result = self.module.query(statements, "TSV")
        return str(result.error_message()) if result.has_error() else ""

    def keep(self, value: Any) -> Any:
        """Hold what the engine has the address of."""
        self._kept.append(value)
        return value

    def read(self, address: int, size: int) -> bytes:
        return ctypes.string_at(self.base + address, size)

    def expect(self, address: int, expected: str) -> None:
        wanted = bytes.fromhex(expected)
        found = self.read(address, len(wanted))
        if found != wanted:
            raise UnknownLibraryError(
                f"The engine's library holds {found.hex()} at {address:#x}, not {expected}."
            )

    def write(self, address: int, content: bytes, *, executable: bool) -> None:
        start = (self.base + address) // PAGE * PAGE
        length = self.base + address + len(content) - start
        self._protect(start, length, mmap.PROT_READ | mmap.PROT_WRITE)
        ctypes.memmove(self.base + address, content, len(content))
        if executable:
            self._protect(start, length, mmap.PROT_READ | mmap.PROT_EXEC)

    def replace(self, address: int, expected: str, code: bytes) -> None:
        """Put `code` over the start of a function."""
        self.expect(address, expected)
        self.write(address, code, executable=True)

    def redirect(self, address: int, expected: str, code: bytes) -> None:
        """Let a function begin with `code`, which ends in a jump of its own; see `resume`."""
        self.replace(address, expected, jump(self.add_code(code)))

    def resume(self, address: int, prologue: str) -> bytes:
        """Code that continues a redirected function after its first, position-free bytes."""
        start = bytes.fromhex(prologue)
        return start + jump(self.base + address + len(start))

    def set_slot(self, address: int, expected: int, target: int) -> None:
        """Point an entry of a virtual table at another function."""
        found = struct.unpack("<Q", self.read(address, 8))[0]
        if found != self.base + expected:
            raise UnknownLibraryError(
                f"The engine's table at {address:#x} holds {found - self.base:#x}, not "
                f"{expected:#x}."
            )
        self.write(address, struct.pack("<Q", target), executable=False)

    def precede_slot(self, address: int, expected: int, callback: int) -> None:
        """Call back before the function that a virtual table names, with its arguments."""
        stub = self.add_code(before(callback, self.base + expected))
        self.set_slot(address, expected, stub)

    def import_slot(self, address: int, symbol: str, replacement: int) -> None:
        """Let calls of a libc function through this import entry come to `replacement`."""
        found = struct.unpack("<Q", self.read(address, 8))[0]
        genuine = ctypes.cast(getattr(self._libc, symbol), ctypes.c_void_p).value
        if found != genuine:
            raise UnknownLibraryError(f"The engine's import at {address:#x} is not {symbol}.")
        self.write(address, struct.pack("<Q", replacement), executable=False)

    def callback(self, prototype: Any, function: Callable[..., Any]) -> int:
        """The address of a Python function for the engine; its failure ends the process, for the
        engine would go on half set up."""

        def guarded(*arguments: int) -> Any:
            try:
                return function(*arguments)
            except Exception:
                traceback.print_exc()
                sys.stderr.flush()
                os._exit(1)

        pointer = self.keep(prototype(guarded))
        return ctypes.cast(pointer, ctypes.c_void_p).value or 0

    def add_code(self, code: bytes) -> int:
        """Place position-independent code in this process and return its absolute address."""
        address = self._code_address + self._code.tell()
        self._code.write(code + b"\xcc" * (-len(code) % 16))
        return address

    def call(self, address: int, *arguments: int) -> int:
        function = ctypes.CFUNCTYPE(ctypes.c_uint64, *[ctypes.c_uint64] * len(arguments))
        result: int = function(self.base + address)(*arguments)
        return result

    def _protect(self, start: int, length: int, protection: int) -> None:
        self._libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        if self._libc.mprotect(start, length, protection) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def jump(target: int) -> bytes:
    """Continue at an absolute address; uses r11, which no caller relies on."""
    return b"\x49\xbb" + struct.pack("<Q", target) + b"\x41\xff\xe3"


def before(callback: int, target: int) -> bytes:
    """Call `callback` with the same six arguments, then go on to `target` as if nothing had
    been."""
    saved = (0x57, 0x56, 0x52, 0x51)  # rdi, rsi, rdx, rcx
    push = b"\x55\x48\x89\xe5" + bytes(saved) + b"\x41\x50\x41\x51"
    pop = b"\x41\x59\x41\x58" + bytes(0x58 + (code - 0x50) for code in reversed(saved)) + b"\x5d"
    return push + b"\x48\xb8" + struct.pack("<Q", callback) + b"\xff\xd0" + pop + jump(target)


def string_object(library: Library, text: str) -> bytes:
    """The 24 bytes of an engine's string: short ones inside, long ones beside and never freed."""
    content = text.encode()
    if len(content) < 23:
        return content.ljust(23, b"\0") + bytes([len(content)])
    buffer = library.keep(ctypes.create_string_buffer(content))
    return struct.pack("<QQQ", ctypes.addressof(buffer), len(content), len(content) + 1 | 1 << 63)


def _import_extension(path: Path) -> Any:
    """Import the extension module alone: the package around it opens a connection of its own."""
    loader = importlib.machinery.ExtensionFileLoader("_chdb", str(path))
    spec = importlib.util.spec_from_file_location("_chdb", path, loader=loader)
    if spec is None:
        raise UnknownLibraryError(f"{path} is not an extension module of this Python.")
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def _load_base(path: Path) -> int:
    real = str(path.resolve())
    for line in Path("/proc/self/maps").read_text().splitlines():
        fields = line.split(maxsplit=5)
        if len(fields) == 6 and fields[5] == real and int(fields[2], 16) == 0:
            return int(fields[0].split("-")[0], 16)
    raise UnknownLibraryError(f"{path} is not in this process's memory.")
