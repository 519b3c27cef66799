"""One decision per state between awake and asleep."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from control.scaling.idling import Awake
from control.scaling.replica_seen import Action, PodPhase, Probe, ReplicaSeen, Seen, Wanted
from control.warehouses.front import activator_port, front_of
from control.warehouses.idle_memory import (
    SLEEP_REQUEST_LASTS,
    IdleMemory,
    Requests,
    awake,
    lying_down,
    noticed,
)
from control.warehouses.model import Desired, Front, Idle
from control.warehouses.phases import Phase
from control.warehouses.resting import PRIMARY_FIRST, Rest, rest_step, wait_for_primary
from tests.control.warehouses.samples import MAIN, NOW, READER

HOUR = timedelta(hours=1)
UP = ReplicaSeen(
    rid="r1",
    spec_hash="a",
    units=2,
    created_at=NOW - HOUR,
    pod=PodPhase.READY,
    serving=True,
    served_at=NOW - HOUR,
    admitted_at=NOW - HOUR,
    probe=Probe(joined=True),
)
QUIETED = replace(UP, quieted=True)
UNSERVED = replace(QUIETED, serving=False)
STOPPING = replace(UNSERVED, stopped=True, pod=PodPhase.ENDING, probe=None)
STOPPED = replace(STOPPING, pod=PodPhase.ABSENT)
MAY = Rest(awake=None)
BUSY = Rest(awake=Awake.QUERIES_RUNNING)
LYING = Rest(awake=None, memory=IdleMemory(sleep="1"))
LYING_BUSY = replace(LYING, awake=Awake.QUERIES_RUNNING)
UNKNOWN = replace(LYING, awake=Awake.UNKNOWN)

CASES = {
    "quiet": (UP, MAY, Phase.RUNNING, (Action.QUIESCE, Phase.QUIESCING)),
    "busy": (UP, BUSY, Phase.RUNNING, None),
    "still being made": (UP, MAY, Phase.CREATING, (None, None)),
    "quieted": (QUIETED, MAY, Phase.QUIESCING, (Action.WAIT, Phase.STOPPING)),
    "merges end": (
        QUIETED,
        Rest(awake=Awake.MERGES_RUNNING),
        Phase.QUIESCING,
        (Action.WAIT, Phase.QUIESCING),
    ),
    "a query while it quiesces": (QUIETED, BUSY, Phase.QUIESCING, None),
    "clients led away": (QUIETED, LYING, Phase.STOPPING, (Action.UNSERVE, Phase.STOPPING)),
    "a query before that": (QUIETED, LYING_BUSY, Phase.STOPPING, None),
    "served no more": (UNSERVED, LYING, Phase.STOPPING, (Action.STOP, Phase.STOPPING)),
    "its pod ends": (STOPPING, UNKNOWN, Phase.STOPPING, (Action.WAIT, Phase.STOPPING)),
    "all stopped": (STOPPED, UNKNOWN, Phase.STOPPING, (Action.WAIT, Phase.IDLE)),
    "asleep": (STOPPED, UNKNOWN, Phase.IDLE, (Action.WAIT, Phase.IDLE)),
    "called": (STOPPED, replace(UNKNOWN, called=True), Phase.IDLE, None),
    "called on the way": (STOPPING, replace(LYING, called=True), Phase.STOPPING, None),
    "idling turned off": (STOPPED, replace(LYING, awake=Awake.IDLING_OFF), Phase.IDLE, None),
    "a secondary was made": (
        STOPPED,
        replace(LYING, awake=Awake.PRIMARY_OF_SECONDARIES),
        Phase.IDLE,
        None,
    ),
    "stopped by hand before": (STOPPED, MAY, Phase.STOPPING, None),
}


def seen(*replicas: ReplicaSeen) -> Seen:
    return Seen(wanted=Wanted(replicas=1, spec_hash="a"), replicas=replicas)


@pytest.mark.parametrize(
    ("replica", "rest", "previous", "expected"), CASES.values(), ids=CASES.keys()
)
def test_step(
    replica: ReplicaSeen,
    rest: Rest,
    previous: Phase,
    expected: tuple[Action | None, Phase | None] | None,
) -> None:
    rested = rest_step(seen(replica), rest, previous)
    if expected in (None, (None, None)):
        assert rested is None
    else:
        assert rested is not None
        assert (rested[0].action, rested[1]) == expected


def test_a_secondary_waits_for_its_primary_only_so_long() -> None:
    waking = Rest(primary_asleep=True, waking_for=PRIMARY_FIRST - timedelta(seconds=1))
    assert wait_for_primary(seen(STOPPED), waking)
    assert wait_for_primary(seen(UP), waking) is None
    assert wait_for_primary(seen(STOPPED), replace(waking, waking_for=PRIMARY_FIRST)) is None
    assert wait_for_primary(seen(STOPPED), replace(waking, primary_asleep=False)) is None


def test_a_request_is_heard_once() -> None:
    requests = Requests(wake="a")
    asleep = lying_down(IdleMemory(), NOW)
    assert asleep.called(requests)
    heard = awake(asleep, requests, NOW)
    assert not heard.called(requests)
    assert (heard.sleep, heard.called_at) == ("", NOW)
    assert heard.called(Requests(wake="b"))
    assert lying_down(heard, NOW + HOUR).sleep != asleep.sleep


def test_a_wish_to_sleep_has_its_time() -> None:
    asked = noticed(IdleMemory(), Requests(sleep="a"), NOW)
    assert asked.asked_to_sleep_at == NOW
    assert noticed(asked, Requests(sleep="a"), NOW + SLEEP_REQUEST_LASTS) == asked
    late = NOW + SLEEP_REQUEST_LASTS + timedelta(seconds=1)
    assert noticed(asked, Requests(sleep="a"), late).asked_to_sleep_at is None


SLEEPY = replace(READER, idle=Idle(enabled=True), activator_port=20_000)
FRONTS = {
    "awake": (SLEEPY, IdleMemory(), Phase.RUNNING, True, Front.REPLICAS),
    "lying down": (SLEEPY, IdleMemory(sleep="1"), Phase.STOPPING, True, Front.ACTIVATOR),
    "asleep": (SLEEPY, IdleMemory(sleep="1"), Phase.IDLE, False, Front.ACTIVATOR),
    "waking": (SLEEPY, IdleMemory(), Phase.WAKING, False, Front.ACTIVATOR),
    "the first serves": (SLEEPY, IdleMemory(), Phase.WAKING, True, Front.REPLICAS),
    "stopped by hand": (
        replace(SLEEPY, desired=Desired.STOPPED),
        IdleMemory(sleep="1"),
        Phase.IDLE,
        False,
        Front.REPLICAS,
    ),
    "no port yet": (
        replace(SLEEPY, activator_port=None),
        IdleMemory(),
        Phase.WAKING,
        False,
        Front.REPLICAS,
    ),
}


@pytest.mark.parametrize("case", FRONTS.values(), ids=FRONTS.keys())
def test_where_clients_are_led(case: tuple) -> None:
    service, memory, previous, serves, expected = case
    assert front_of(service, memory, previous, anyone_serves=serves) is expected


def test_ports_are_kept_and_never_shared() -> None:
    fresh = replace(SLEEPY, activator_port=None)
    port = activator_port(fresh, [fresh])
    assert port is not None
    assert port % 2 == 0
    assert activator_port(replace(fresh, activator_port=port), []) == port
    rival = replace(MAIN, activator_port=port, created_at=NOW - HOUR)
    assert activator_port(fresh, [rival]) not in (None, port)
    assert activator_port(replace(fresh, activator_port=port), [rival]) not in (None, port)
    assert activator_port(replace(fresh, idle=Idle()), []) is None
