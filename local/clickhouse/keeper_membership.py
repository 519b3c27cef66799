"""Keeper's way to other members, played to ZooKeeper: whoever leads compares the list in its file
with the members there are, and takes in or lets go one by which they differ."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from local.clickhouse import keeper_metrics, zookeeper
from local.clickhouse.server_config import ConfigError
from local.clickhouse.zookeeper import Member
from local.clickhouse.zookeeper_client import RefusedError, session

LOOK_EVERY_S = 0.5
USER = "super"


@dataclass(frozen=True)
class Superuser:
    """Who may change the members of one process; nobody else learns the password."""

    password: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)

    @property
    def flag(self) -> str:
        digest = hashlib.sha1(f"{USER}:{self.password}".encode(), usedforsecurity=False).digest()
        coded = base64.b64encode(digest).decode()
        return f"-Dzookeeper.DigestAuthenticationProvider.superDigest={USER}:{coded}"


@dataclass(frozen=True, kw_only=True)
class Membership:
    address: str
    client_port: int
    superuser: Superuser
    listed: Callable[[], Sequence[Member]]
    """As the configuration file says now."""

    def follow_forever(self) -> None:
        threading.Thread(target=self.run, name="members", daemon=True).start()

    def run(self) -> None:
        waiting = threading.Event()
        while not waiting.wait(LOOK_EVERY_S):
            try:
                self.take_one_step()
            except (RefusedError, ConfigError) as problem:
                sys.stderr.write(f"launcher: the members stay as they are: {problem}\n")

    def take_one_step(self) -> None:
        report = keeper_metrics.ask(self.address, self.client_port, "mntr")
        if report.get("zk_server_state") != "leader":
            return
        there = members_there(self.address, self.client_port)
        known = {member.number: member for member in self.listed()}
        wanted = one_step(there, known)
        if wanted == set(there):
            return
        lines = [
            zookeeper.server_line(known[number], self.client_port)
            if number in known
            else f"server.{number}={there[number]}"
            for number in sorted(wanted)
        ]
        with session(self.address, self.client_port) as asked:
            asked.authenticate(USER, self.superuser.password)
            asked.reconfigure(lines)
        sys.stderr.write(f"launcher: the members are now {sorted(wanted)}\n")


def one_step(there: Mapping[int, str], listed: Mapping[int, Member]) -> set[int]:
    """One comes, or else one goes."""
    coming = sorted(listed.keys() - there.keys())
    going = sorted(there.keys() - listed.keys())
    if coming:
        return {*there, coming[0]}
    return {*there} - set(going[:1])


def members_there(address: str, port: int) -> dict[int, str]:
    """What ZooKeeper says of each server that counts, by number."""
    text = keeper_metrics.say(address, port, "conf")
    return {int(n): said for n, said in re.findall(r"^server\.(\d+)=(\S+)$", text, re.MULTILINE)}
