"""What the engine takes for this machine's name and address: the pod's, for pods share the
machine."""

from __future__ import annotations

import ctypes
import socket
import struct

from local.clickhouse.library import Library

HOST_NAME_IMPORT = 0x21156808
NODE_NAME_IMPORT = 0x21155B70
NODE_NAME_OFFSET, NODE_NAME_BYTES = 65, 65
# Which loopback addresses are this machine's: those that begin with 127 and go on with 0 and 1.
IS_LOCAL = 0x10DD2076
IS_LOCAL_CODE = "80387f0f8550010000807801010f8746010000807802010f873c010000807803020f92c0"
IS_LOCAL_END = 0x10DD21D1


def assume(library: Library, address: str) -> None:
    set_name(library, address)
    set_address(library, address)


def set_name(library: Library, name: str) -> None:
    encoded = name.encode()

    def host_name(buffer: int, size: int) -> int:
        ctypes.memmove(buffer, encoded[: size - 1] + b"\0", min(len(encoded) + 1, size))
        return 0

    prototype = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t)
    library.import_slot(HOST_NAME_IMPORT, "gethostname", library.callback(prototype, host_name))
    uname = ctypes.CDLL(None).uname
    field = encoded[: NODE_NAME_BYTES - 1] + b"\0"

    def node_name(buffer: int) -> int:
        result: int = uname(ctypes.c_void_p(buffer))
        ctypes.memmove(buffer + NODE_NAME_OFFSET, field, len(field))
        return result

    prototype = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
    library.import_slot(NODE_NAME_IMPORT, "uname", library.callback(prototype, node_name))


def set_address(library: Library, address: str) -> None:
    """The pod's address is local and the other pods' are not, though all are the loopback's."""
    # cmp dword [rax], ours; sete cl; cmp dword [rax], 127.0.0.1; sete al; or al, cl; jmp
    code = b"\x81\x38" + socket.inet_aton(address) + b"\x0f\x94\xc1"
    code += b"\x81\x38" + socket.inet_aton("127.0.0.1") + b"\x0f\x94\xc0\x08\xc8\xe9"
    code += struct.pack("<i", IS_LOCAL_END - (IS_LOCAL + len(code) + 4))
    library.replace(IS_LOCAL, IS_LOCAL_CODE, code)
