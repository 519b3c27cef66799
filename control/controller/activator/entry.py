"""The ways in: which protocol is spoken at a port, and where a replica speaks it."""

from dataclasses import dataclass
from enum import StrEnum

from control.controller.activator.first_words import FirstWords, http_words, native_words
from control.warehouses.server_config import HTTP_PORT, HTTPS_PORT, NATIVE_TLS_PORT, TCP_PORT
from control.warehouses.service_manifests import ACTIVATOR_OFFSETS


class Kind(StrEnum):
    HTTP = "http"
    NATIVE = "native"
    HTTPS = "https"
    NATIVE_TLS = "native over TLS"

    @property
    def is_tls(self) -> bool:
        return self in (Kind.HTTPS, Kind.NATIVE_TLS)


@dataclass(frozen=True, kw_only=True)
class Entry:
    kind: Kind
    service_port: int | None = None
    """The port by which a service is known; None where its name tells."""


REPLICA_PORTS = {
    Kind.HTTP: HTTP_PORT,
    Kind.NATIVE: TCP_PORT,
    Kind.HTTPS: HTTPS_PORT,
    Kind.NATIVE_TLS: NATIVE_TLS_PORT,
}
TLS_ENTRIES = {HTTPS_PORT: Entry(kind=Kind.HTTPS), NATIVE_TLS_PORT: Entry(kind=Kind.NATIVE_TLS)}


def entries(service_ports: set[int]) -> dict[int, Entry]:
    """What is listened for, by port."""
    plain = {
        port + offset: Entry(kind=kind, service_port=port)
        for port in service_ports
        for kind, offset in zip((Kind.HTTP, Kind.NATIVE), ACTIVATOR_OFFSETS, strict=True)
    }
    return TLS_ENTRIES | plain


def plain_words(kind: Kind, data: bytes) -> FirstWords:
    return http_words(data) if kind is Kind.HTTP else native_words(data)
