"""A world of replicas in memory: it does what the substrate would, one replica at a time."""

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from control.scaling.replacement import next_step, record
from control.scaling.replica_seen import (
    Action,
    Limits,
    Operation,
    PodPhase,
    Probe,
    ReplicaSeen,
    Seen,
    Step,
    Wanted,
)

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
QUIET = Probe(joined=True)


@dataclass
class World:
    wanted: Wanted
    limits: Limits = field(default_factory=Limits)
    now: datetime = START
    op: Operation | None = None
    replicas: dict[str, ReplicaSeen] = field(default_factory=dict)
    ids: itertools.count = field(default_factory=itertools.count)
    most: int = 0

    def seen(self) -> Seen:
        return Seen(
            wanted=self.wanted,
            replicas=tuple(self.replicas.values()),
            op=self.op,
            limits=self.limits,
        )

    def up(self) -> int:
        return sum(r.up for r in self.replicas.values())

    def change(self, rid: str, **fields: object) -> None:
        self.replicas[rid] = replace(self.replicas[rid], **fields)

    def decide(self) -> Step:
        return next_step(self.seen(), self.now)

    def take(self, step: Step, *, dies_after: int | None = None) -> None:
        """Do the step; a controller that dies has done it to the first few replicas only."""
        rids = step.rids if dies_after is None else step.rids[:dies_after]
        if step.action is Action.MAKE:
            for _ in range(step.count if dies_after is None else min(step.count, dies_after)):
                self.make()
        for rid in rids:
            self.apply(step.action, rid)
        self.most = max(self.most, len(self.replicas))

    def remember(self, step: Step) -> None:
        self.op = record(self.seen(), step, self.now)

    def make(self) -> str:
        rid = f"r{next(self.ids):03}"
        self.replicas[rid] = ReplicaSeen(
            rid=rid,
            spec_hash=self.wanted.spec_hash,
            units=self.wanted.units,
            created_at=self.now,
            pod=PodPhase.PENDING,
            pod_created_at=self.now,
        )
        return rid

    def apply(self, action: Action, rid: str) -> None:
        now, seen = self.now, self.replicas[rid]
        match action:
            case Action.START:
                self.change(rid, stopped=False, pod=PodPhase.PENDING, pod_created_at=now)
            case Action.JOIN:
                self.change(rid, probe=replace(seen.probe, joined=True))
            case Action.NOTE_BACKLOG:
                self.change(rid, backlog_best=seen.backlog, backlog_best_at=now)
            case Action.SERVE:
                first = seen.admitted_at or now
                self.change(rid, serving=True, served_at=now, admitted_at=first)
            case Action.UNSERVE:
                self.change(rid, serving=False)
            case Action.SEND_BACK:
                failures = seen.soak_failures + 1
                self.change(
                    rid, serving=False, served_at=None, soak_failures=failures, sent_back_at=now
                )
            case Action.DRAIN:
                self.change(rid, serving=False, draining_since=now)
            case Action.UNDRAIN:
                self.change(rid, serving=True, draining_since=None, served_at=now)
            case Action.CONDEMN:
                proven = seen.severed and seen.survivors_hold_all
                assert seen.admitted_at is None or proven
                self.change(rid, removing_since=now, serving=False)
            case Action.LEAVE:
                self.change(rid, probe=replace(seen.probe, joined=False))
            case Action.STOP:
                self.change(rid, stopped=True, pod=PodPhase.ENDING, probe=None, serving=False)
            case Action.DELETE:
                assert seen.removing
                assert seen.pod is PodPhase.ABSENT
                del self.replicas[rid]

    def kubelet(self) -> None:
        """Everything that can go forward outside the controller goes one stage forward."""
        for rid, seen in list(self.replicas.items()):
            if seen.pod is PodPhase.ENDING or not seen.whole:
                self.change(
                    rid, pod=PodPhase.ABSENT, pod_created_at=None, probe=None, serving=False
                )
            elif seen.stopped:
                continue
            elif seen.pod in (PodPhase.ABSENT, PodPhase.PENDING):
                self.change(rid, pod=PodPhase.STARTING, scheduled_at=self.now)
            elif seen.pod is PodPhase.STARTING:
                joined = seen.admitted_at is not None
                self.change(rid, pod=PodPhase.READY, probe=Probe(joined=joined), trouble=None)
            elif seen.draining and seen.severed and seen.probe:
                self.change(rid, survivors_hold_all=True)

    def settle(self, passes: int = 400) -> None:
        """Nothing fails any more; run until nothing is left to do."""
        for _ in range(passes):
            step = self.decide()
            self.remember(step)
            self.take(step)
            if step.action is Action.WAIT:
                if step.state.value == "Done" and self.settled():
                    return
                self.kubelet()
                self.now += min(max(step.look_again, timedelta(seconds=1)), timedelta(minutes=60))
        raise AssertionError(f"not settled: {self.decide()} {self.replicas}")

    def settled(self) -> bool:
        return (
            all(
                r.up and r.staying and r.spec_hash == self.wanted.spec_hash
                for r in self.replicas.values()
            )
            and len(self.replicas) == self.wanted.replicas
        )
