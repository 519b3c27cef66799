"""PROXY protocol v2: whose connection a load balancer passes on."""

import ipaddress
from dataclasses import dataclass

from control.controller.activator.byte_reader import ByteReader, TooShortError

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
VERSION, LOCAL, PROXY = 2, 0, 1
STREAM_V4, STREAM_V6 = 0x11, 0x21
LONGEST = 1024
"""Addresses and a balancer's notes; the protocol would allow 64 KiB."""


class BadProxyHeaderError(Exception):
    """A balancer that was said to send a header sent something else."""


@dataclass(frozen=True, kw_only=True)
class ProxyHeader:
    client: str
    """Empty for the balancer's own health checks."""
    size: int


def read_proxy_header(data: bytes) -> ProxyHeader | None:
    """None while it is not there in full."""
    if data[: len(SIGNATURE)] != SIGNATURE[: len(data)]:
        raise BadProxyHeaderError
    reader = ByteReader(data)
    try:
        reader.take(len(SIGNATURE))
        version_and_command, family, length = (reader.number(size) for size in (1, 1, 2))
        if version_and_command >> 4 != VERSION or length > LONGEST:
            raise BadProxyHeaderError
        body = ByteReader(reader.take(length))
    except TooShortError:
        return None
    size = reader.at
    command = version_and_command & 0xF
    if command == LOCAL:
        return ProxyHeader(client="", size=size)
    if command != PROXY or family not in (STREAM_V4, STREAM_V6):
        raise BadProxyHeaderError
    try:
        address = body.take(4 if family == STREAM_V4 else 16)
    except TooShortError:
        raise BadProxyHeaderError from None
    return ProxyHeader(client=str(ipaddress.ip_address(address)), size=size)
