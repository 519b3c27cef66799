"""Databases, asked no more often than needed and never twice in vain: for many services at once."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from control.controller.cluster import (
    ClusterError,
    Databases,
    Login,
    Peer,
    ReplicaActivity,
)
from control.scaling.replica_seen import Probe
from control.warehouses.model import Warehouse

Seconds = Callable[[], float]

PROBE_COUNTS = timedelta(seconds=1)
"""Below the time that a draining replica settles: bursts of passes share one answer."""
NAMES_COUNT = timedelta(seconds=30)
"""Databases come by DDL of the servers themselves; this finds replicas that missed it."""
SLOW = timedelta(seconds=2)
LEFT_ALONE = timedelta(seconds=15)
"""A replica that kept a pass waiting is not asked again for so long: others want their turn."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    at_s: float
    value: Any


class PacedDatabases:
    """A write of ours to a replica makes what was known of it void."""

    def __init__(self, inner: Databases, seconds: Seconds = time.monotonic) -> None:
        self.inner = inner
        self.seconds = seconds
        self.lock = threading.Lock()
        self.probes: dict[str, Answer] = {}
        self.known_names: dict[str, Answer] = {}
        self.silent_until_s: dict[str, float] = {}

    def probe(
        self, login: Login, warehouse: Warehouse, peer: Peer, reference: Sequence[str]
    ) -> Probe | None:
        known = self.known(self.probes, peer, PROBE_COUNTS)
        if known is not None and known.value[0] == tuple(reference):
            found: Probe | None = known.value[1]
            return found
        if self.is_left_alone(peer):
            return None
        begun_s = self.seconds()
        probe = self.inner.probe(login, warehouse, peer, reference)
        if probe is None:
            self.failed(peer, begun_s)
        else:
            self.keep(self.probes, peer, (tuple(reference), probe), begun_s)
        return probe

    def names(self, login: Login, peer: Peer) -> Sequence[str]:
        known = self.known(self.known_names, peer, NAMES_COUNT)
        if known is not None:
            found: Sequence[str] = known.value
            return found
        if self.is_left_alone(peer):
            raise ClusterError(f"replica {peer.rid} did not answer lately")
        begun_s = self.seconds()
        try:
            names = self.inner.names(login, peer)
        except ClusterError:
            self.failed(peer, begun_s)
            raise
        self.keep(self.known_names, peer, names, begun_s)
        return names

    def activity(self, login: Login, peer: Peer, within: timedelta) -> ReplicaActivity | None:
        if self.is_left_alone(peer):
            return None
        begun_s = self.seconds()
        activity = self.inner.activity(login, peer, within)
        if activity is None:
            self.failed(peer, begun_s)
        return activity

    def join(self, login: Login, warehouse: Warehouse, peer: Peer, others: Sequence[Peer]) -> None:
        self.forget(peer)
        self.inner.join(login, warehouse, peer, others)
        self.forget(peer)

    def leave(self, login: Login, peer: Peer) -> None:
        self.forget(peer)
        self.inner.leave(login, peer)
        self.forget(peer)

    def evict(self, login: Login, rid: str, survivors: Sequence[Peer]) -> None:
        self.inner.evict(login, rid, survivors)

    def logs_left(self, login: Login, leaver: Peer, taker: Peer) -> int:
        return self.inner.logs_left(login, leaver, taker)

    def carry_logs(self, login: Login, leaver: Peer, taker: Peer) -> None:
        self.inner.carry_logs(login, leaver, taker)

    def hold_all(
        self, login: Login, rid: str, leaver: Peer | None, survivors: Sequence[Peer]
    ) -> tuple[bool, str]:
        return self.inner.hold_all(login, rid, leaver, survivors)

    def quiesce(self, login: Login, peer: Peer) -> None:
        self.inner.quiesce(login, peer)
        self.forget(peer)

    def resume(self, login: Login, peer: Peer) -> None:
        self.inner.resume(login, peer)
        self.forget(peer)

    # Memory

    def known(self, answers: dict[str, Answer], peer: Peer, counts: timedelta) -> Answer | None:
        with self.lock:
            answer = answers.get(place_of(peer))
        fresh = answer is not None and self.seconds() - answer.at_s < counts.total_seconds()
        return answer if fresh else None

    def keep(self, answers: dict[str, Answer], peer: Peer, value: Any, begun_s: float) -> None:
        with self.lock:
            self.silent_until_s.pop(place_of(peer), None)
            answers[place_of(peer)] = Answer(at_s=begun_s, value=value)
            if len(answers) > MOST_REMEMBERED:
                del answers[next(iter(answers))]

    def forget(self, peer: Peer) -> None:
        with self.lock:
            self.probes.pop(place_of(peer), None)
            self.known_names.pop(place_of(peer), None)

    def failed(self, peer: Peer, begun_s: float) -> None:
        """A refused connection costs nobody time; one that hangs does."""
        now_s = self.seconds()
        self.forget(peer)
        if now_s - begun_s >= SLOW.total_seconds():
            with self.lock:
                self.silent_until_s[place_of(peer)] = now_s + LEFT_ALONE.total_seconds()

    def is_left_alone(self, peer: Peer) -> bool:
        with self.lock:
            until_s = self.silent_until_s.get(place_of(peer))
            if until_s is None or self.seconds() < until_s:
                return until_s is not None
            del self.silent_until_s[place_of(peer)]
            return False


MOST_REMEMBERED = 20_000


def place_of(peer: Peer) -> str:
    """A pod made anew has another address, and nothing is known of it."""
    return f"{peer.rid}@{peer.address}"
