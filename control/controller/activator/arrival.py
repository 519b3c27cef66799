"""Finding out who a connection is for, from its first bytes; nobody is answered yet."""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass

from control.controller.activator.client_hello import Found, read_hello
from control.controller.activator.directory import Directory
from control.controller.activator.entry import Entry, plain_words
from control.controller.activator.first_words import FirstWords
from control.controller.activator.limits import Limits
from control.controller.activator.metrics import Outcome
from control.controller.activator.proxy_header import BadProxyHeaderError, read_proxy_header
from control.controller.activator.target import Network, Target

CHUNK_BYTES = 16 * 1024


class TurnedAwayError(Exception):
    """Nobody is woken for this connection."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


@dataclass(frozen=True, kw_only=True)
class Arrival:
    target: Target
    client: str
    """The address that the allow-list speaks of."""
    vouched: bool
    """By the ingress, which has compared its client with the allow-list."""
    head: bytes
    """What the client has sent so far, for the replica."""


@dataclass
class Visitor:
    """A connection whose first bytes are being read."""

    client: socket.socket
    entry: Entry
    peer: str
    limits: Limits
    data: bytes = b""

    async def more(self) -> None:
        room = self.limits.head_bytes - len(self.data)
        if room <= 0:
            raise TurnedAwayError(Outcome.NONSENSE)
        loop = asyncio.get_running_loop()
        try:
            chunk = await loop.sock_recv(self.client, min(room, CHUNK_BYTES))
        except OSError as error:
            raise TurnedAwayError(Outcome.CLIENT_LEFT) from error
        if not chunk:
            raise TurnedAwayError(Outcome.NONSENSE if self.data else Outcome.SILENT)
        self.data += chunk


async def arrive(visitor: Visitor, directory: Directory, balancers: tuple[Network, ...]) -> Arrival:
    """Whoever the service does not admit is turned away before a byte of theirs is read."""
    entry = visitor.entry
    vouched = comes_from_ingress(visitor, directory)
    if behind(visitor.peer, balancers):
        await unwrap(visitor)
    if entry.service_port is not None:
        target = known(directory.by_port(entry.service_port))
        admit(target, visitor.peer, vouched=vouched)
        await hear_plain(visitor)
    else:
        target = known(directory.by_host(await hear_name(visitor)))
        admit(target, visitor.peer, vouched=vouched)
    return Arrival(target=target, client=visitor.peer, vouched=vouched, head=visitor.data)


def comes_from_ingress(visitor: Visitor, directory: Directory) -> bool:
    """By the other end of the connection itself. It ends TLS: what is still TLS is not from it."""
    if visitor.entry.service_port is None:
        return False
    return visitor.peer in (directory.ingress or ())


def behind(peer: str, balancers: tuple[Network, ...]) -> bool:
    return any(ipaddress.ip_address(peer) in network for network in balancers)


def known(target: Target | None) -> Target:
    if target is None:
        raise TurnedAwayError(Outcome.UNKNOWN_NAME)
    return target


def admit(target: Target, client: str, *, vouched: bool) -> None:
    if not vouched and not target.admits(client):
        raise TurnedAwayError(Outcome.NOT_ALLOWED)


async def unwrap(visitor: Visitor) -> None:
    """Take the balancer's word for whose connection this is."""
    while True:
        await visitor.more()
        try:
            header = read_proxy_header(visitor.data)
        except BadProxyHeaderError:
            raise TurnedAwayError(Outcome.NONSENSE) from None
        if header is None:
            continue
        if not header.client:
            raise TurnedAwayError(Outcome.SILENT)
        visitor.peer, visitor.data = header.client, visitor.data[header.size :]
        return


async def hear_plain(visitor: Visitor) -> None:
    while True:
        if visitor.data:
            words = plain_words(visitor.entry.kind, visitor.data)
            if words is FirstWords.CLIENT:
                return
            if words is not FirstWords.NOT_ALL_YET:
                is_probe = words is FirstWords.PROBE
                raise TurnedAwayError(Outcome.PROBE if is_probe else Outcome.NONSENSE)
        await visitor.more()


async def hear_name(visitor: Visitor) -> str:
    while True:
        if visitor.data:
            hello = read_hello(visitor.data)
            if hello.found is Found.NOT_TLS:
                raise TurnedAwayError(Outcome.NONSENSE)
            if hello.found is Found.NAME:
                return hello.name
        await visitor.more()
