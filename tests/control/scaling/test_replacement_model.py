"""Random requests, failures, clock jumps and crashes, against the invariants of the machine."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from control.scaling.replica_seen import Action, PodPhase, Probe, Trouble, Wanted
from tests.control.scaling.simulation import World


class Replacement(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World(Wanted(replicas=2, spec_hash="a"))

    @rule(dies_after=st.one_of(st.none(), st.integers(0, 3)), forgets=st.booleans())
    def controller_takes_a_step(self, dies_after: int | None, forgets: bool) -> None:
        world = self.world
        up_before, existed = world.up(), len(world.replicas)
        step = world.decide()
        if not forgets:
            world.remember(step)
        world.take(step, dies_after=dies_after)
        assert world.up() >= min(world.wanted.replicas, up_before), step
        if step.action is Action.MAKE:
            assert len(world.replicas) <= max(existed, 3 * world.wanted.replicas), step

    @rule()
    def controller_runs_for_a_while(self) -> None:
        for _ in range(12):
            self.controller_takes_a_step(dies_after=None, forgets=False)
            self.world.kubelet()
            self.world.now += timedelta(seconds=15)

    @rule(replicas=st.integers(1, 6), spec_hash=st.sampled_from("abc"))
    def request(self, replicas: int, spec_hash: str) -> None:
        self.world.wanted = Wanted(replicas=replicas, spec_hash=spec_hash)

    @rule()
    def kubelet_goes_on(self) -> None:
        self.world.kubelet()

    @rule(minutes=st.sampled_from([0.1, 1, 6, 16, 61, 400]))
    def time_passes(self, minutes: float) -> None:
        self.world.now += timedelta(minutes=minutes)

    def some_replica(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.world.replicas)))

    @precondition(lambda self: self.world.replicas)
    @rule(data=st.data(), trouble=st.sampled_from(Trouble))
    def pod_fails(self, data: st.DataObject, trouble: Trouble) -> None:
        rid = self.some_replica(data)
        if not self.world.replicas[rid].stopped:
            self.world.change(rid, pod=PodPhase.STARTING, probe=None, trouble=trouble)

    @precondition(lambda self: self.world.replicas)
    @rule(data=st.data())
    def pod_is_replaced(self, data: st.DataObject) -> None:
        rid = self.some_replica(data)
        if not self.world.replicas[rid].stopped:
            self.world.change(
                rid,
                pod=PodPhase.PENDING,
                pod_created_at=self.world.now,
                probe=None,
                serving=False,
                survivors_hold_all=None,
            )

    @precondition(lambda self: self.world.replicas)
    @rule(data=st.data(), queries=st.integers(0, 2), backups=st.integers(0, 1))
    def clients_query(self, data: st.DataObject, queries: int, backups: int) -> None:
        rid = self.some_replica(data)
        probe = self.world.replicas[rid].probe
        if probe is not None:
            busy = replace(probe, user_queries=queries, backups=backups)
            self.world.change(rid, probe=busy)

    @precondition(lambda self: self.world.replicas)
    @rule(data=st.data(), queue=st.integers(0, 100), keeper_lost=st.booleans())
    def replica_lags(self, data: st.DataObject, queue: int, keeper_lost: bool) -> None:
        rid = self.some_replica(data)
        probe = self.world.replicas[rid].probe
        if probe is not None:
            lagging = replace(probe, queue=queue, keeper_lost=keeper_lost)
            self.world.change(rid, probe=lagging)

    @precondition(lambda self: self.world.replicas)
    @rule(data=st.data())
    def objects_are_torn(self, data: st.DataObject) -> None:
        """A creation or a deletion that stopped half-way, of a replica without clients."""
        rid = self.some_replica(data)
        if self.world.replicas[rid].admitted_at is None:
            self.world.change(rid, whole=False, pod=PodPhase.ABSENT, probe=None)

    @invariant()
    def no_condemned_replica_serves_for_long(self) -> None:
        step = self.world.decide()
        leaking = [r.rid for r in self.world.replicas.values() if r.serving and not r.staying]
        assert not leaking or step.action is Action.UNSERVE

    def teardown(self) -> None:
        """Whatever happened: once nothing fails any more, the last request is what is there."""
        for rid, seen in self.world.replicas.items():
            probe = Probe(joined=seen.probe.joined) if seen.probe else None
            self.world.change(rid, trouble=None, probe=probe)
        self.world.settle()


Replacement.TestCase.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
TestReplacement = Replacement.TestCase
