"""The databases of a warehouse in memory: who has joined, who holds which parts, who is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from control.controller.cluster import Login, Peer, ReplicaActivity
from control.controller.sql_client import SqlError
from control.scaling.replica_seen import Probe
from control.warehouses.model import Warehouse


@dataclass
class MemoryDatabases:
    joined: dict[str, set[str]] = field(default_factory=dict)
    """Databases by replica."""
    registered: set[str] = field(default_factory=set)
    parts: dict[str, set[str]] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)
    logs: dict[str, int] = field(default_factory=dict)
    """Statements that are left to carry a replica's system logs over."""
    carried: list[tuple[str, str]] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    queue: dict[str, int] = field(default_factory=dict)
    """Entries that a replica has yet to fetch."""
    down: bool = False
    """No statement succeeds, as when the object storage answers 503."""
    keeper_lost: bool = False
    join_errors: int = 0
    quiet_for: dict[str, timedelta] = field(default_factory=dict)
    """Since the last query of a replica that has had one lately."""
    merges: dict[str, int] = field(default_factory=dict)
    quieted: set[str] = field(default_factory=set)

    def forget(self, peer: Peer) -> None:
        """Its answers are of now."""

    def probe(
        self, login: Login, warehouse: Warehouse, peer: Peer, reference: Sequence[str]
    ) -> Probe | None:
        if self.down or peer.rid in self.silent:
            return None
        mine = self.joined.get(peer.rid, set())
        return Probe(
            joined="default" in mine,
            lacks=tuple(sorted(set(reference) - mine)),
            user_queries=self.queries.get(peer.rid, 0),
            oldest_query=timedelta(days=1 if self.queries.get(peer.rid) else 0),
            queue=self.queue.get(peer.rid, 0),
            keeper_lost=self.keeper_lost,
            version="26.9.2.1",
        )

    def answer(self) -> None:
        if self.down:
            raise SqlError("503 Slow Down")

    def change(self) -> None:
        """What is written down in Keeper needs it to have a leader."""
        self.answer()
        if self.keeper_lost:
            raise SqlError("Keeper session expired")

    def names(self, login: Login, peer: Peer) -> Sequence[str]:
        self.answer()
        return sorted(self.joined.get(peer.rid, set()))

    def join(self, login: Login, warehouse: Warehouse, peer: Peer, others: Sequence[Peer]) -> None:
        self.change()
        if self.join_errors:
            self.join_errors -= 1
            raise SqlError("Keeper session expired")
        theirs = [self.joined.get(other.rid, set()) for other in others]
        self.joined[peer.rid] = {"default"}.union(*theirs)
        self.registered.add(peer.rid)
        held = [self.parts.get(other.rid, set()) for other in others]
        self.parts.setdefault(peer.rid, set()).update(*held)

    def logs_left(self, login: Login, leaver: Peer, taker: Peer) -> int:
        self.answer()
        return self.logs.get(leaver.rid, 0)

    def carry_logs(self, login: Login, leaver: Peer, taker: Peer) -> None:
        self.answer()
        self.logs[leaver.rid] -= 1
        self.carried.append((leaver.rid, taker.rid))

    def leave(self, login: Login, peer: Peer) -> None:
        self.change()
        self.joined.pop(peer.rid, None)
        self.parts.pop(peer.rid, None)

    def evict(self, login: Login, rid: str, survivors: Sequence[Peer]) -> None:
        self.change()
        if not survivors:
            raise SqlError("none serves")
        self.registered.discard(rid)

    def hold_all(
        self, login: Login, rid: str, leaver: Peer | None, survivors: Sequence[Peer]
    ) -> tuple[bool, str]:
        if self.down:
            return False, "503 Slow Down"
        mine = self.parts.get(rid, set())
        for survivor in survivors:
            if mine <= self.parts.get(survivor.rid, set()):
                return True, ""
        return False, f"parts held by nobody else: {sorted(mine)}"

    def activity(self, login: Login, peer: Peer, within: timedelta) -> ReplicaActivity | None:
        return ReplicaActivity(
            quiet_for=self.quiet_for.get(peer.rid),
            parts=len(self.parts.get(peer.rid, ())),
            merges=self.merges.get(peer.rid, 0),
        )

    def quiesce(self, login: Login, peer: Peer) -> None:
        self.quieted.add(peer.rid)

    def resume(self, login: Login, peer: Peer) -> None:
        self.quieted.discard(peer.rid)
