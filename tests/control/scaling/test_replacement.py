"""The machine's branches, one world each: limits on and beyond their threshold."""

from dataclasses import replace
from datetime import timedelta

import pytest

from control.scaling.replacement import backoff
from control.scaling.replica_seen import (
    Action,
    Limits,
    PodPhase,
    Probe,
    Reason,
    State,
    Trouble,
    Wanted,
)
from tests.control.scaling.simulation import World

LIMITS = Limits()
SMALL, LARGE = Wanted(replicas=3, spec_hash="16"), Wanted(replicas=3, spec_hash="32")
SECOND = timedelta(seconds=1)


def three_small() -> World:
    world = World(SMALL)
    world.settle()
    return world


def resizing(until: State, wanted: Wanted = LARGE) -> World:
    """Three small replicas on their way to large ones, at the first step of this state."""
    world = three_small()
    world.wanted = wanted
    for _ in range(100):
        step = world.decide()
        world.remember(step)
        if step.state is until:
            return world
        world.take(step)
        if not step.acts:
            world.kubelet()
            world.now += SECOND
    raise AssertionError(f"never came to {until}")


def made(world: World) -> list[str]:
    return [r.rid for r in world.replicas.values() if r.spec_hash == world.wanted.spec_hash]


def old(world: World) -> list[str]:
    return [r.rid for r in world.replicas.values() if r.spec_hash != world.wanted.spec_hash]


def test_three_become_six_and_three_again() -> None:
    world = three_small()
    world.wanted = LARGE
    counts = []
    for _ in range(200):
        step = world.decide()
        world.remember(step)
        world.take(step)
        counts.append((len(world.replicas), world.up()))
        if not step.acts:
            world.kubelet()
            world.now += step.look_again
    assert max(count for count, _ in counts) == 6
    assert min(up for _, up in counts) == 3
    assert max(up for _, up in counts) == 6
    assert counts[-1] == (3, 3)


def test_the_operation_is_remembered_with_its_target() -> None:
    world = resizing(State.SCHEDULE)
    assert world.op is not None
    assert world.op.aims_at(LARGE)
    assert not world.op.aims_at(SMALL)
    world.settle()
    assert (world.op.state, world.op.failures) == (State.DONE, 0)
    assert world.op.finished is not None


@pytest.mark.parametrize(
    ("over", "reported", "reason"),
    [
        (timedelta(0), False, Reason.WAITING_FOR_NODE),
        (SECOND, False, Reason.NO_CAPACITY),
        (SECOND, True, Reason.WAITING_FOR_NODE),
    ],
)
def test_pending_replicas_are_given_up_after_their_time(
    over: timedelta, reported: bool, reason: Reason
) -> None:
    world = resizing(State.SCHEDULE)
    created = world.replicas[made(world)[0]].created_at
    for rid in made(world):
        world.change(rid, scale_up_reported=reported)
    world.now = created + LIMITS.schedule + over
    assert world.decide().reason is reason


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Trouble.IMAGE_PULL, Reason.IMAGE_PULL),
        (Trouble.CRASHING, Reason.CRASHING),
        (Trouble.TOO_SMALL, Reason.TOO_SMALL),
    ],
)
def test_a_made_replica_in_trouble_ends_with_the_old_capacity(
    trouble: Trouble, reason: Reason
) -> None:
    world = resizing(State.START)
    before = old(world)
    world.change(made(world)[0], trouble=trouble, pod=PodPhase.STARTING, probe=None)
    step = world.decide()
    assert (step.action, step.reason) == (Action.ABORT, reason)
    for _ in range(30):
        world.remember(step)
        world.take(step)
        world.kubelet()
        step = world.decide()
    assert sorted(world.replicas) == sorted(before)
    assert world.up() == 3
    assert world.op is not None
    assert (world.op.state, world.op.failures) == (State.FAILED, 1)
    assert step.action is Action.WAIT


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (LARGE, 3),  # a half of the new make serves nobody: back to the old capacity
        (replace(SMALL, replicas=6), 5),  # more of the same make: who has clients stays
    ],
    ids=["another size", "more replicas"],
)
def test_what_becomes_of_those_that_found_room_when_one_does_not(wanted: Wanted, left: int) -> None:
    world = three_small()
    before = set(world.replicas)
    world.wanted = wanted
    while world.op is None or world.op.failures == 0:
        step = world.decide()
        world.remember(step)
        world.take(step)
        world.kubelet()
        without_room = max(set(world.replicas) - before)
        world.change(without_room, pod=PodPhase.PENDING, scheduled_at=None, probe=None)
        world.now += timedelta(seconds=0) if step.acts else step.look_again
    assert world.op.reason is Reason.NO_CAPACITY
    for _ in range(30):
        step = world.decide()
        world.remember(step)
        world.take(step)
        world.kubelet()
    assert before <= set(world.replicas)
    assert len(world.replicas) == world.up() == left


def test_a_failed_target_is_tried_again_after_its_backoff() -> None:
    world = resizing(State.START)
    world.change(made(world)[0], trouble=Trouble.CRASHING, pod=PodPhase.STARTING, probe=None)
    for _ in range(30):
        step = world.decide()
        world.remember(step)
        world.take(step)
        world.kubelet()
    assert world.op is not None
    assert world.op.retry_at is not None
    world.now = world.op.retry_at - SECOND
    assert world.decide().action is Action.WAIT
    world.now = world.op.retry_at
    assert world.decide().action is Action.MAKE


def test_another_target_does_not_wait_for_the_backoff_of_the_last() -> None:
    world = resizing(State.START)
    world.change(made(world)[0], trouble=Trouble.CRASHING, pod=PodPhase.STARTING, probe=None)
    for _ in range(30):
        step = world.decide()
        world.remember(step)
        world.take(step)
        world.kubelet()
    world.wanted = replace(LARGE, spec_hash="64")
    assert world.decide().action is Action.MAKE


@pytest.mark.parametrize(
    ("failures", "minutes"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (50, 60)]
)
def test_backoff_doubles_up_to_an_hour(failures: int, minutes: int) -> None:
    assert backoff(failures, LIMITS) == timedelta(minutes=minutes)


def test_the_first_replicas_of_a_service_are_never_given_up() -> None:
    world = World(SMALL)
    world.take(world.decide())
    world.now += timedelta(days=1)
    step = world.decide()
    assert (step.action, step.reason) == (Action.WAIT, Reason.WAITING_FOR_NODE)


def test_admission_waits_for_all_made_replicas_while_old_ones_serve() -> None:
    world = resizing(State.ADMIT)
    assert world.decide().rids == tuple(made(world))
    world.change(made(world)[0], pod=PodPhase.STARTING, probe=None)
    assert world.decide().action is Action.WAIT


@pytest.mark.parametrize(
    "probe",
    [
        Probe(joined=True, queue=LIMITS.synced_queue + 1),
        Probe(joined=True, delay=LIMITS.synced_delay + SECOND),
        Probe(joined=True, readonly_tables=1),
        Probe(joined=True, keeper_lost=True, readonly_tables=3),
    ],
)
def test_a_replica_that_lags_is_not_admitted(probe: Probe) -> None:
    world = resizing(State.ADMIT)
    world.change(made(world)[0], probe=probe)
    assert world.decide().action is not Action.SERVE


def test_a_backlog_that_shrinks_has_its_time_and_one_that_does_not_is_given_up() -> None:
    world = resizing(State.ADMIT)
    slow = made(world)[0]
    world.change(slow, probe=Probe(joined=True, queue=500))
    world.take(world.decide())
    world.now += LIMITS.sync_flat
    assert world.decide().reason is Reason.SYNCING
    world.change(slow, probe=Probe(joined=True, queue=400))
    world.now += SECOND
    assert world.decide().action is Action.NOTE_BACKLOG
    world.take(world.decide())
    world.now += LIMITS.sync_flat + SECOND
    assert world.decide().reason is Reason.SYNC_STUCK


def test_a_lost_keeper_is_waited_for() -> None:
    world = resizing(State.ADMIT)
    world.change(made(world)[0], probe=Probe(joined=True, keeper_lost=True, readonly_tables=3))
    world.now += timedelta(hours=5)
    step = world.decide()
    assert (step.action, step.reason) == (Action.WAIT, Reason.KEEPER_LOST)


def test_the_drain_waits_for_the_soak() -> None:
    world = resizing(State.ADMIT)
    world.take(world.decide())
    step = world.decide()
    assert (step.reason, step.look_again) == (Reason.SOAKING, LIMITS.soak)
    world.now += LIMITS.soak
    assert world.decide().action is Action.DRAIN


def test_a_replica_that_fails_its_soak_starts_over_and_three_times_is_enough() -> None:
    world = resizing(State.ADMIT)
    world.take(world.decide())
    weak = made(world)[0]
    for _ in range(LIMITS.soak_tries):
        world.change(weak, pod=PodPhase.STARTING, probe=None)
        step = world.decide()
        assert (step.action, step.rids) == (Action.SEND_BACK, (weak,))
        world.take(step)
        assert world.up() == 5
        if world.replicas[weak].soak_failures < LIMITS.soak_tries:
            world.change(weak, pod=PodPhase.READY, probe=Probe(joined=True))
            world.take(world.decide())
    step = world.decide()
    assert (step.action, step.reason) == (Action.ABORT, Reason.SOAK_FAILED)


def draining() -> World:
    world = resizing(State.DRAIN)
    world.take(world.decide())
    world.now += LIMITS.settle
    return world


def severed(world: World, *rids: str) -> None:
    """Their servers ended and began again, and nobody is connected."""
    for rid in rids:
        ready = {"pod": PodPhase.READY, "probe": Probe(joined=True), "stopped": False}
        world.change(rid, pod_created_at=world.now, **ready)


def test_queries_hold_a_drain_for_an_hour_and_a_backup_for_as_long_as_it_takes() -> None:
    world = draining()
    busy, backing_up, idle = old(world)
    quiet = Probe(joined=True)
    long = replace(quiet, user_queries=1, oldest_query=timedelta(minutes=2))
    world.change(busy, probe=long)
    world.change(backing_up, probe=replace(quiet, backups=1))
    step = world.decide()
    assert (step.action, step.reason, step.rids) == (Action.STOP, Reason.CONNECTIONS_LEFT, (idle,))
    severed(world, idle)
    world.change(busy, probe=replace(long, oldest_query=LIMITS.drain))
    world.now += LIMITS.drain - LIMITS.settle - SECOND
    assert world.decide().action is Action.WAIT
    world.now += SECOND
    assert world.decide().rids == (busy,)
    severed(world, busy)
    world.now += timedelta(days=1)
    step = world.decide()
    assert (step.action, backing_up in step.rids) == (Action.WAIT, False)
    assert not world.replicas[backing_up].stopped


def test_queries_that_begin_after_the_drain_come_through_old_connections() -> None:
    world = draining()
    world.now += timedelta(seconds=30)
    for rid in old(world):
        young = Probe(joined=True, user_queries=3, oldest_query=timedelta(seconds=29))
        world.change(rid, probe=young)
    step = world.decide()
    assert (step.action, step.rids) == (Action.STOP, tuple(old(world)))


def test_a_server_that_ended_for_its_connections_begins_again_before_it_is_asked() -> None:
    world = draining()
    one = old(world)[0]
    world.take(world.decide())
    assert world.decide().reason is Reason.POD_ENDING
    world.kubelet()
    step = world.decide()
    assert (step.action, step.reason) == (Action.START, Reason.CONNECTIONS_CLOSED)
    world.take(step)
    assert world.decide().reason is Reason.STARTING
    severed(world, *old(world))
    world.now += SECOND
    severed(world, *old(world))
    assert world.decide().reason is Reason.PARTS_NOT_PROVEN
    world.change(one, survivors_hold_all=True)
    assert (world.decide().action, world.decide().rids) == (Action.CONDEMN, (one,))


def test_nothing_is_removed_without_proof() -> None:
    world = draining()
    severed(world, *old(world))
    world.now += timedelta(days=1)
    step = world.decide()
    assert (step.action, step.reason) == (Action.WAIT, Reason.PARTS_NOT_PROVEN)
    world.change(old(world)[0], abandoned=True)
    assert world.decide().rids == (old(world)[0],)


def test_a_made_replica_that_dies_during_the_drain_brings_an_old_one_back() -> None:
    world = resizing(State.DRAIN)
    world.take(world.decide())
    assert world.up() == 3
    world.change(made(world)[0], pod=PodPhase.STARTING, probe=None)
    step = world.decide()
    assert (step.action, step.reason) == (Action.UNDRAIN, Reason.CAPACITY_LOST)
    world.take(step)
    assert world.up() == 3


def test_going_back_takes_the_old_replicas_back() -> None:
    world = resizing(State.DRAIN)
    world.take(world.decide())
    before = old(world)
    world.wanted = SMALL
    step = world.decide()
    assert (step.action, step.reason) == (Action.UNDRAIN, Reason.WANTED_AGAIN)
    world.settle()
    assert sorted(world.replicas) == sorted(before)


def test_replicas_that_never_served_go_at_once_when_nobody_wants_them() -> None:
    world = resizing(State.SYNC)
    unserved = made(world)
    world.wanted = replace(LARGE, spec_hash="64")
    step = world.decide()
    assert (step.action, step.reason) == (Action.CONDEMN, Reason.NO_LONGER_WANTED)
    assert sorted(step.rids) == sorted(unserved)


def test_a_shrink_makes_nothing_and_takes_the_one_that_is_not_ready() -> None:
    world = three_small()
    lame = sorted(world.replicas)[0]
    world.change(lame, pod=PodPhase.STARTING, probe=None)
    world.wanted = replace(SMALL, replicas=2)
    step = world.decide()
    assert (step.action, step.rids) == (Action.DRAIN, (lame,))


def test_a_shrink_takes_the_youngest_of_equals() -> None:
    world = three_small()
    youngest = sorted(world.replicas)[2]
    world.change(youngest, created_at=world.now)
    world.wanted = replace(SMALL, replicas=2)
    assert world.decide().rids == (youngest,)


def test_at_the_cap_nothing_is_made() -> None:
    world = World(replace(SMALL, replicas=2))
    world.settle()
    for spec_hash in "abc":
        world.wanted = Wanted(replicas=2, spec_hash=spec_hash)
        for _ in range(40):
            step = world.decide()
            world.remember(step)
            world.take(step)
            for rid, seen in world.replicas.items():
                if seen.draining and seen.probe:
                    busy = replace(seen.probe, user_queries=1, oldest_query=LIMITS.drain)
                    world.change(rid, probe=busy)
            if not step.acts:
                world.kubelet()
                world.now += timedelta(seconds=30)
    world.wanted = Wanted(replicas=2, spec_hash="d")
    assert len(world.replicas) == 6
    step = world.decide()
    assert (step.action, step.state) == (Action.WAIT, State.QUEUED)


def test_a_replica_that_leaves_is_stopped_before_its_objects_go() -> None:
    world = draining()
    world.take(world.decide())
    severed(world, *old(world))
    for rid in old(world):
        world.change(rid, survivors_hold_all=True)
    actions = []
    for _ in range(12):
        step = world.decide()
        world.take(step)
        actions.append(step.action)
        if not step.acts:
            world.kubelet()
    assert actions[:6] == [
        Action.CONDEMN,
        Action.LEAVE,
        Action.STOP,
        Action.WAIT,
        Action.DELETE,
        Action.WAIT,
    ]
