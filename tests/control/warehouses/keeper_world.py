"""A Keeper ensemble in memory: its raft, its volumes and pods, and a controller that is slow.

What members hold is counted in entries. Every change of the members is an entry, too. A running
member reads its configuration some time after it was written; one that starts reads it at once.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations

from control.warehouses.keeper_ensemble import Ensemble, Standing, first_members
from control.warehouses.keeper_members import (
    EnsembleSeen,
    KeeperReport,
    KeeperRole,
    MemberSeen,
    MemberStep,
    next_member_step,
)

START = datetime(2026, 1, 5, 12, tzinfo=UTC)


@dataclass
class KeeperWorld:
    wanted: int = 3
    recorded: Ensemble = field(default_factory=Ensemble)
    written: Ensemble = field(default_factory=Ensemble)
    """As the objects show it: behind what is recorded when the controller died between both."""
    listed: frozenset[int] = frozenset()
    """As running members have read it."""
    raft: frozenset[int] = frozenset()
    entries: int = 0
    holds: dict[int, int] = field(default_factory=dict)
    """Entries on each volume that was ever started with."""
    running: set[int] = field(default_factory=set)
    leader: int | None = None
    now: datetime = START

    @staticmethod
    def settled(count: int) -> "KeeperWorld":
        world = KeeperWorld(wanted=count, recorded=first_members(count, Standing.MEMBER))
        numbers = frozenset(range(1, count + 1))
        world.written, world.listed, world.raft = world.recorded, numbers, numbers
        world.holds, world.entries = dict.fromkeys(numbers, 1), 1
        world.running = set(numbers)
        world.elect()
        return world

    @staticmethod
    def founding(count: int) -> "KeeperWorld":
        return KeeperWorld(wanted=count, recorded=first_members(count))

    # What the controller does

    def seen(self) -> EnsembleSeen:
        numbers = {*range(1, self.written.pods + 1), *self.holds}
        members = {number: self.member(number) for number in sorted(numbers)}
        return EnsembleSeen(
            wanted=self.wanted, ensemble=self.recorded, now=self.now, members=members
        )

    def member(self, number: int) -> MemberSeen:
        has_pod = number <= self.written.pods
        runs = number in self.running
        return MemberSeen(
            report=self.report(number) if runs else None,
            ready=runs and self.leader is not None and number in self.raft,
            has_pod=has_pod or runs,
            lost=has_pod and not runs and not self.admitted(number),
            has_volume=number in self.holds,
        )

    def report(self, number: int) -> KeeperReport:
        if self.leader is None or number not in self.raft:
            return KeeperReport()
        if number != self.leader:
            return KeeperReport(role=KeeperRole.FOLLOWER, znodes=self.holds[number])
        followers = self.raft - {number}
        return KeeperReport(
            role=KeeperRole.LEADER,
            followers=len(followers),
            synced=sum(n in self.running and self.holds[n] == self.entries for n in followers),
            znodes=self.holds[number],
        )

    def decide(self) -> MemberStep:
        step = next_member_step(self.seen())
        self.recorded = step.ensemble
        if step.delete_volume is not None:
            assert step.delete_volume not in self.running
            self.holds.pop(step.delete_volume, None)
        return step

    def write(self) -> None:
        self.written = self.recorded
        for number in [n for n in self.running if n > self.written.pods]:
            self.end(number)

    # What Kubernetes and the members do

    def admitted(self, number: int) -> bool:
        """By the guard of its volume."""
        return number in self.holds or number in self.written.newcomers

    def start(self, number: int) -> None:
        if number <= self.written.pods and number not in self.running and self.admitted(number):
            if not self.raft and self.written.newcomers:
                self.raft = frozenset(self.written.told)
            self.holds.setdefault(number, 0)
            self.running.add(number)
            self.listed = self.listed or frozenset(self.written.told)
            self.elect()

    def end(self, number: int) -> None:
        self.running.discard(number)
        if self.leader == number or not self.majority_runs:
            self.leader = None
        self.elect()

    def lose_volume(self, number: int) -> None:
        self.end(number)
        self.holds.pop(number, None)

    def read_configuration(self) -> None:
        self.listed = frozenset(self.written.told)

    @property
    def majority_runs(self) -> bool:
        return 2 * len(self.raft & self.running) > len(self.raft)

    def elect(self) -> None:
        able = sorted(self.raft & self.running, key=lambda n: (self.holds[n], -n))
        if self.leader is None and self.majority_runs:
            self.leader = able[-1]
            assert self.holds[self.leader] == self.entries, f"{self.leader} leads and has forgotten"

    def commit(self, *, late: Collection[int] = ()) -> bool:
        """One more entry; those that are late have it only where the majority needs them."""
        if self.leader is None:
            return False
        followers = sorted(self.raft & self.running - {self.leader}, key=lambda n: n in late)
        needed = len(self.raft) // 2
        self.entries += 1
        prompt = [n for n in followers if n not in late]
        for number in {self.leader, *followers[:needed], *prompt}:
            self.holds[number] = self.entries
        return True

    def change_raft(self) -> bool:
        """The leader takes in or lets go one member by which its list differs."""
        if self.leader is None:
            return False
        for number in sorted(self.listed - self.raft):
            if number in self.running:
                self.holds[number] = self.entries
                self.raft |= {number}
                return self.commit()
        for number in sorted(self.raft - self.listed):
            return self.let_go(number)
        return False

    def let_go(self, number: int) -> bool:
        rest = self.raft - {number}
        if 2 * len(rest & self.running) <= len(rest):
            return False
        self.commit(late={number})
        self.raft = rest
        if self.leader == number:
            self.leader = None
            for follower in rest & self.running:
                self.holds[follower] = self.entries
        self.elect()
        return True

    # What must hold

    def electorates(self) -> Iterator[frozenset[int]]:
        """Every majority that could be running one moment later."""
        able = [n for n in self.raft if n <= self.written.pods and self.admitted(n)]
        smallest = len(self.raft) // 2 + 1
        for size in range(smallest, len(able) + 1):
            yield from map(frozenset, combinations(sorted(able), size))

    def check(self) -> None:
        for electorate in self.electorates():
            known = max(self.holds.get(n, 0) for n in electorate)
            assert known == self.entries, f"{sorted(electorate)} could lead without all entries"

    def settle(self, rounds: int = 40) -> None:
        """As many as a change from one to five or back needs, without further trouble."""
        for _ in range(rounds):
            self.decide()
            self.write()
            for number in range(1, self.written.pods + 1):
                self.start(number)
            self.read_configuration()
            self.elect()
            self.change_raft()
            self.commit()
            self.check()
            self.now += timedelta(minutes=1)
