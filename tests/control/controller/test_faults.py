"""Whatever fails in whichever state of a change, the rows and the capacity of people outlive it."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from control.controller.cluster import Key
from control.warehouses.names import REPLICA_LABEL, SERVICE_LABEL
from tests.control.controller.memory_kube import Died, condition
from tests.control.controller.stage import PRIMARY, Stage
from tests.control.controller.steady_writers import SteadyWriters

BIGGER: dict[str, Any] = {"replicas": 3, "memory": {"minGib": 16, "maxGib": 16}}
OLD, MOST = 2, 9
STATES = ("Schedule", "Start", "Sync", "Admit", "Drain", "SyncOut", "Remove")


@dataclass(frozen=True, kw_only=True)
class Fault:
    begin: Callable[[Stage], None]
    end: Callable[[Stage], None]
    takes: int = 0
    """Serving replicas that are lost by the fault itself."""


@dataclass(frozen=True, kw_only=True)
class NeverReady:
    status: Callable[[Stage], dict[str, Any]]
    reason: str
    says: str


@pytest.fixture(scope="module")
def running_lake() -> Stage:
    return Stage().warehouse_with(main=PRIMARY).run_until_running("main")


@pytest.fixture
def lake(running_lake: Stage) -> Stage:
    return running_lake.copy()


@pytest.fixture
def writers(lake: Stage) -> SteadyWriters:
    lake.after_pass = writers = SteadyWriters(service="main")
    return writers


def pods(stage: Stage) -> list[str]:
    """Oldest first: ids are given in order."""
    found = stage.kube.list("Pod", "clickhouse", {SERVICE_LABEL: "main"})
    return sorted(pod["metadata"]["name"] for pod in found)


def kill(stage: Stage, *names: str) -> None:
    for name in names:
        del stage.kube.documents["Pod", "clickhouse", name]


def lose_node(stage: Stage) -> None:
    """With the oldest and the newest replica, for which there is no other node."""
    lost = {pods(stage)[0], pods(stage)[-1]}
    kill(stage, *lost)
    unscheduled = condition("PodScheduled", "False", stage.kube.now, message="0/3 nodes")
    stage.kube.unready = lambda pod: (
        {"phase": "Pending", "conditions": [unscheduled]}
        if pod["metadata"]["name"] in lost
        else None
    )


def regain_node(stage: Stage) -> None:
    stage.kube.unready = lambda pod: None
    for name in pods(stage):
        status = stage.kube.documents["Pod", "clickhouse", name]["status"]
        if "podIP" not in status:
            status["conditions"] = []


def set_database(stage: Stage, **facts: bool) -> None:
    for name, value in facts.items():
        setattr(stage.databases, name, value)


def set_api_away(stage: Stage, *, away: bool) -> None:
    stage.kube.away = away


def nothing(stage: Stage) -> None:
    return


FAULTS = {
    "the newest pod is killed": Fault(
        begin=lambda stage: kill(stage, pods(stage)[-1]), end=nothing, takes=1
    ),
    "the oldest pod is killed": Fault(
        begin=lambda stage: kill(stage, pods(stage)[0]), end=nothing, takes=1
    ),
    "a node goes": Fault(begin=lose_node, end=regain_node, takes=2),
    "keeper loses its leader": Fault(
        begin=lambda stage: set_database(stage, keeper_lost=True),
        end=lambda stage: set_database(stage, keeper_lost=False),
    ),
    "the object storage answers 503": Fault(
        begin=lambda stage: set_database(stage, down=True),
        end=lambda stage: set_database(stage, down=False),
    ),
    "the API server takes no writes": Fault(
        begin=lambda stage: set_api_away(stage, away=True),
        end=lambda stage: set_api_away(stage, away=False),
    ),
}


def at_state(stage: Stage, state: str) -> None:
    """Up to the first pass that reports the state, and not one instruction further."""

    def reached() -> bool:
        return bool(stage.status("main")["op"]["state"] == state)

    for _ in range(200):
        for name, one_pass in stage.passes():
            one_pass(Key("clickhouse", name), stage.world)
            stage.after_pass(stage)
            if reached():
                return
        stage.kube.tick(5)
    raise AssertionError(f"never in {state}: {stage.status('main')}")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("state", STATES)
def test_a_passing_fault_in_any_state(
    lake: Stage, writers: SteadyWriters, state: str, fault: Fault
) -> None:
    lake.edit("main", **BIGGER)
    at_state(lake, state)
    fault.begin(lake)
    for _ in range(20):
        lake.one_round()
        lake.kube.tick(5)
    fault.end(lake)
    lake.run_until_running("main")
    assert min(writers.serving) >= OLD - fault.takes
    assert max(writers.sets) <= MOST
    assert len(lake.serving("main")) == len(lake.sets("main")) == 3
    assert lake.databases.registered == lake.serving("main")
    nothing_is_lost(lake, writers)


def nothing_is_lost(stage: Stage, writers: SteadyWriters) -> None:
    stage.one_round()
    inserted = set(writers.inserted)
    stage.one_round()
    held = [stage.databases.parts[rid] for rid in sorted(stage.serving("main"))]
    assert inserted
    assert all(inserted <= parts for parts in held)


def waiting(stage: Stage, **status: Any) -> dict[str, Any]:
    scheduled = condition("PodScheduled", "True", stage.kube.now)
    return {"conditions": [scheduled], "containerStatuses": [status]}


def unscheduled(stage: Stage) -> dict[str, Any]:
    message = "0/3 nodes are available: 3 Insufficient memory"
    return {"conditions": [condition("PodScheduled", "False", stage.kube.now, message=message)]}


NEVER_READY = {
    "no image": NeverReady(
        status=lambda stage: waiting(
            stage, state={"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}
        ),
        reason="ImagePull",
        says="no such image",
    ),
    "no node": NeverReady(status=unscheduled, reason="NoCapacity", says="Insufficient memory"),
    "crashes": NeverReady(
        status=lambda stage: waiting(
            stage, restartCount=3, lastState={"terminated": {"reason": "Error", "exitCode": 70}}
        ),
        reason="Crashing",
        says="exited 3 times, last with code 70",
    ),
    "killed for want of memory": NeverReady(
        status=lambda stage: waiting(stage, lastState={"terminated": {"reason": "OOMKilled"}}),
        reason="TooSmall",
        says="want of memory",
    ),
}


@pytest.mark.parametrize("broken", NEVER_READY.values(), ids=NEVER_READY.keys())
def test_a_made_pod_that_never_becomes_ready(
    lake: Stage, writers: SteadyWriters, broken: NeverReady
) -> None:
    old = lake.serving("main")

    def unready(pod: dict[str, Any]) -> dict[str, Any] | None:
        made = pod["metadata"]["labels"].get(REPLICA_LABEL, min(old)) not in old
        return broken.status(lake) if made else None

    lake.kube.unready = unready
    lake.edit("main", **BIGGER)
    fails(lake, broken.reason)
    assert broken.says in lake.condition("main", "Progressing")["message"]
    assert lake.serving("main") == old
    assert min(writers.serving) == OLD
    assert_taken_back(lake, old)
    nothing_is_lost(lake, writers)


def nodes_lack(stage: Stage, old: set[str], told: set[str]) -> None:
    """Made pods find no node, and events of theirs have these reasons."""

    def unready(pod: dict[str, Any]) -> dict[str, Any] | None:
        if pod["metadata"]["labels"].get(REPLICA_LABEL, min(old)) in old:
            return None
        stage.kube.told[pod["metadata"]["name"]] = told
        return unscheduled(stage)

    stage.kube.unready = unready


@pytest.mark.parametrize("reason", ["TriggeredScaleUp", "Nominated"])
def test_a_node_that_is_being_made_is_waited_for(lake: Stage, reason: str) -> None:
    """Twice as long as for one that nobody makes."""
    old = lake.serving("main")
    nodes_lack(lake, old, {"FailedScheduling", reason})
    lake.edit("main", **BIGGER)
    for _ in range(19):
        lake.one_round()
        lake.kube.tick(60)
    lake.one_round()
    assert lake.status("main")["op"]["state"] == "Schedule"
    lake.kube.unready = lambda pod: None
    lake.run_until_running("main")
    assert len(lake.serving("main")) == 3
    assert not lake.serving("main") & old


def test_events_are_asked_for_only_where_a_node_is_long_awaited(
    lake: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def told_of(kind: str, namespace: str, reasons: Sequence[str]) -> set[str]:
        asked.append(namespace)
        return set()

    nodes_lack(lake, lake.serving("main"), set())
    monkeypatch.setattr(lake.kube, "told_of", told_of)
    lake.edit("main", **BIGGER)
    for _ in range(4):
        lake.one_round()
        lake.kube.tick(20)
    assert asked == []
    lake.kube.tick(120)
    lake.one_round()
    lake.one_round()
    assert len(asked) == 1, "one answer counts for all pods, and for a while"
    lake.kube.tick(20)
    lake.one_round()
    assert len(asked) == 2


def test_a_node_that_never_comes_is_given_up(lake: Stage) -> None:
    nodes_lack(lake, lake.serving("main"), {"Nominated"})
    lake.edit("main", **BIGGER)
    fails(lake, "NoCapacity")


def test_a_made_replica_that_lags_for_ever(lake: Stage, writers: SteadyWriters) -> None:
    old = lake.serving("main")
    lake.databases.queue = dict.fromkeys((f"r{number:05}" for number in range(20)), 500)
    lake.databases.queue |= dict.fromkeys(old, 0)
    lake.edit("main", **BIGGER)
    fails(lake, "SyncStuck")
    assert lake.serving("main") == old
    assert_taken_back(lake, old)


def fails(stage: Stage, reason: str) -> None:
    for _ in range(60):
        stage.one_round()
        op = stage.status("main")["op"]
        if op["state"] in ("Abort", "Failed"):
            break
        stage.kube.tick(60)
    stage.run(lambda: stage.status("main")["op"]["state"] == "Failed")
    assert stage.status("main")["op"]["reason"] == reason


def assert_taken_back(stage: Stage, old: set[str]) -> None:
    """The request of before finds everything as it was."""
    stage.edit("main", replicas=2, memory=PRIMARY["memory"])
    stage.run_until_running("main")
    assert stage.serving("main") == old
    assert len(stage.sets("main")) == len(old)
    assert stage.databases.registered == old


CHANGES: dict[str, dict[str, Any]] = {
    "size and count": BIGGER,
    "count": {"replicas": 4},
    "version": {"image": "clickhouse/clickhouse-server:26.10"},
    "configuration": {"restartToken": "again"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_controller_that_dies_again_and_again(
    lake: Stage, writers: SteadyWriters, change: dict[str, Any]
) -> None:
    lives = itertools.count()

    def watch(stage: Stage) -> None:
        if stage.kube.dies_at is None:
            next(lives)
            stage.kube.dies_at = stage.kube.writes + 13
        writers(stage)

    lake.after_pass = watch
    lake.edit("main", **change)
    lake.run_until_running("main")
    assert next(lives) > 1
    assert min(writers.serving) >= OLD
    assert max(writers.sets) <= 3 * change.get("replicas", OLD)
    assert lake.databases.registered == lake.serving("main")
    nothing_is_lost(lake, writers)


@pytest.mark.parametrize("times", [0, 1])
@pytest.mark.parametrize("call", ["join", "carry_logs", "leave", "evict"])
def test_a_controller_that_dies_after_a_statement(
    lake: Stage, writers: SteadyWriters, call: str, times: int
) -> None:
    lake.databases.logs = dict.fromkeys(lake.serving("main"), 2)
    done, calls = getattr(lake.databases, call), itertools.count()

    def dies(*args: Any) -> None:
        done(*args)
        if next(calls) == times:
            raise Died

    setattr(lake.databases, call, dies)
    lake.edit("main", **BIGGER)
    lake.run_until_running("main")
    assert next(calls) > times
    assert min(writers.serving) >= OLD
    assert lake.databases.registered == lake.serving("main")
    assert not any(lake.databases.logs.values())
    nothing_is_lost(lake, writers)
