"""The name that a TLS client asks for (SNI), read from its first message without answering it."""

import re
from dataclasses import dataclass
from enum import StrEnum

from control.controller.activator.byte_reader import ByteReader, TooShortError

HANDSHAKE_RECORD, CLIENT_HELLO = 22, 1
LONGEST_RECORD = 1 << 14
LONGEST_HELLO = 1 << 14
SERVER_NAME, HOST_NAME = 0, 0
RECORD_HEADER, HANDSHAKE_HEADER = 5, 4
NAME = re.compile(rb"[A-Za-z0-9_]([A-Za-z0-9._-]{0,252})")


class Found(StrEnum):
    NOTHING_YET = "nothing yet"
    NOT_TLS = "not tls"
    NAME = "name"


@dataclass(frozen=True, kw_only=True)
class Hello:
    found: Found
    name: str = ""
    """In lower case; empty where the client names nobody."""


NOTHING_YET, NOT_TLS = Hello(found=Found.NOTHING_YET), Hello(found=Found.NOT_TLS)


def read_hello(data: bytes) -> Hello:
    """`data` is all that the client has sent so far."""
    message = handshake_message(data)
    if isinstance(message, Hello):
        return message
    try:
        return Hello(found=Found.NAME, name=server_name(ByteReader(message)))
    except TooShortError:
        return NOT_TLS  # the message is whole, so its fields contradict each other


def handshake_message(data: bytes) -> bytes | Hello:
    """The body of the ClientHello, which may be spread over several records."""
    reader, message = ByteReader(data), b""
    while reader.left:
        if not begins_record(data[reader.at :]):
            return NOT_TLS
        if reader.left < RECORD_HEADER:
            return NOTHING_YET
        reader.take(RECORD_HEADER - 2)
        length = reader.number(2)
        if not 0 < length <= LONGEST_RECORD:
            return NOT_TLS
        message += reader.take(min(length, reader.left))
        if message[:1] not in (b"", bytes([CLIENT_HELLO])):
            return NOT_TLS
        if len(message) < HANDSHAKE_HEADER:
            continue
        size = int.from_bytes(message[1:HANDSHAKE_HEADER], "big")
        if size > LONGEST_HELLO:
            return NOT_TLS
        if len(message) >= HANDSHAKE_HEADER + size:
            return message[HANDSHAKE_HEADER : HANDSHAKE_HEADER + size]
    return NOTHING_YET


def begins_record(data: bytes) -> bool:
    return data[0] == HANDSHAKE_RECORD and data[1:2] in (b"", b"\x03")


def server_name(hello: ByteReader) -> str:
    hello.take(2 + 32)  # version and random
    hello.block(1)  # session
    hello.block(2)  # cipher suites
    hello.block(1)  # compression methods
    if not hello.left:
        return ""
    extensions = hello.block(2)
    while extensions.left:
        kind, body = extensions.number(2), extensions.block(2)
        if kind == SERVER_NAME:
            return first_host(body.block(2))
    return ""


def first_host(names: ByteReader) -> str:
    while names.left:
        kind, name = names.number(1), names.block(2).data
        if kind == HOST_NAME:
            return name.decode().lower() if NAME.fullmatch(name) else ""
    return ""
