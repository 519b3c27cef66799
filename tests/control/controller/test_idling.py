"""Falling asleep and waking: the controller in memory, killed and called at every moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from control.warehouses.names import GROUP, QUIETED_AT, SLEEP, WAKE
from tests.control.controller.stage import PRIMARY, READER, Stage

IDLE = {"enabled": True, "timeoutMinutes": 15}
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def running_house() -> Stage:
    sleepy = {"idle": IDLE}
    return Stage().warehouse_with(main=PRIMARY | sleepy).run_until_running("main")


@pytest.fixture
def house(running_house: Stage) -> Stage:
    return running_house.copy()


@pytest.fixture
def asleep(house: Stage) -> Stage:
    return fall_asleep(house)


def fall_asleep(stage: Stage, name: str = "main") -> Stage:
    stage.kube.tick(900)
    return stage.run(lambda: phase(stage, name) == "Idle")


def ask(stage: Stage, what: str, value: str = "1", name: str = "main") -> None:
    annotations = {"metadata": {"annotations": {what: value}}}
    stage.kube.patch(f"{GROUP}/Service", "clickhouse", name, annotations)


def phase(stage: Stage, name: str = "main") -> str:
    found: str = stage.status(name).get("phase", "")
    return found


def front(stage: Stage, name: str = "main") -> str:
    spec = stage.kube.find("Service", "clickhouse", f"lake-{name}")["spec"]
    return str(spec["selector"].get("app.kubernetes.io/name", "replicas"))


def phases_until(stage: Stage, last: str, name: str = "main") -> list[str]:
    seen = [phase(stage, name)]

    def note(now: Stage) -> None:
        if phase(now, name) != seen[-1]:
            seen.append(phase(now, name))

    stage.after_pass = note
    stage.run(lambda: phase(stage, name) == last)
    return seen


def test_a_quiet_service_goes_to_sleep_in_order(house: Stage) -> None:
    house.kube.tick(900)
    assert phases_until(house, "Idle") == ["Running", "Quiescing", "Stopping", "Idle"]
    assert [s["spec"]["replicas"] for s in house.sets("main")] == [0, 0]
    assert front(house) == "activator"
    ready = house.condition("main", "Ready")
    assert (ready["status"], ready["reason"]) == ("True", "Idle")
    assert house.condition("main", "Asleep")["status"] == "True"


def test_its_clients_are_led_away_before_its_replicas_stop(house: Stage) -> None:
    house.kube.tick(900)
    fronts = []
    house.after_pass = lambda stage: fronts.append((front(stage), len(stage.serving("main"))))
    house.run(lambda: phase(house) == "Idle")
    assert ("activator", 2) in fronts
    assert all(place == "activator" for place, serving in fronts if serving < 2)


def test_before_the_timeout_it_stays_awake(house: Stage) -> None:
    house.kube.tick(840)
    for _ in range(3):
        house.one_round()
    assert phase(house) == "Running"
    assert house.condition("main", "Asleep")["reason"] == "RecentQuery"


def test_a_query_within_the_timeout_keeps_it_awake(house: Stage) -> None:
    house.databases.quiet_for = {min(house.serving("main")): 14 * MINUTE}
    house.kube.tick(900)
    house.one_round()
    assert phase(house) == "Running"


def test_a_sleeping_service_costs_no_writes(asleep: Stage) -> None:
    before = asleep.kube.writes
    for _ in range(5):
        asleep.one_round()
        asleep.kube.tick(3600)
    assert asleep.kube.writes == before


def test_a_call_wakes_it_with_the_replicas_it_had(asleep: Stage) -> None:
    replicas = {s["metadata"]["name"] for s in asleep.sets("main")}
    ask(asleep, WAKE, asleep.status("main")["idle"]["sleep"])
    assert phases_until(asleep, "Running") == ["Idle", "Waking", "Running"]
    asleep.one_round()
    assert {s["metadata"]["name"] for s in asleep.sets("main")} == replicas
    assert len(asleep.serving("main")) == 2
    assert front(asleep) == "replicas"
    assert nobody_is_noted_as_quieted(asleep)
    assert asleep.status("main")["lastStartSeconds"] > 0


def test_the_same_call_wakes_once(asleep: Stage) -> None:
    call = asleep.status("main")["idle"]["sleep"]
    ask(asleep, WAKE, call)
    asleep.run_until_running("main")
    fall_asleep(asleep)
    assert asleep.status("main")["idle"]["sleep"] != call
    for _ in range(5):
        asleep.one_round()
    assert phase(asleep) == "Idle"


def test_clients_reach_the_first_replica_that_is_back(asleep: Stage) -> None:
    slow = asleep.sets("main")[0]["metadata"]["name"]
    asleep.kube.unready = lambda pod: (
        {"phase": "Pending"} if pod["metadata"]["name"].startswith(slow) else None
    )
    ask(asleep, WAKE)
    asleep.run(lambda: front(asleep) == "replicas")
    assert phase(asleep) == "Waking"
    assert len(asleep.serving("main")) == 1


def test_a_wish_to_sleep_needs_no_timeout(house: Stage) -> None:
    ask(house, SLEEP)
    house.run(lambda: phase(house) == "Idle")
    house.kube.dies_at = None
    ask(house, WAKE)
    house.run(lambda: phase(house) == "Running" and front(house) == "replicas")
    assert phase(house) == "Running"


def test_a_query_takes_the_wish_to_sleep_back(house: Stage) -> None:
    house.databases.queries = {min(house.serving("main")): 1}
    ask(house, SLEEP)
    house.one_round()
    house.databases.queries = {}
    house.kube.tick(60)
    house.databases.quiet_for = {min(house.serving("main")): timedelta(seconds=1)}
    for _ in range(3):
        house.one_round()
    assert phase(house) == "Running"


def test_a_query_while_it_quiesces_lets_it_merge_again(house: Stage) -> None:
    busy = min(house.serving("main"))
    house.databases.merges = {}
    house.kube.tick(900)
    house.run(lambda: house.databases.quieted == house.serving("main"))
    house.databases.queries = {busy: 1}
    house.run(lambda: phase(house) == "Running" and not house.databases.quieted)
    assert len(house.serving("main")) == 2
    house.databases.quiet_for = {busy: MINUTE}
    house.databases.queries = {}
    house.one_round()
    assert front(house) == "replicas"


def test_merges_end_before_it_stops(house: Stage) -> None:
    one = min(house.serving("main"))
    house.kube.tick(900)
    house.run(lambda: bool(house.databases.quieted))
    house.databases.merges = {one: 1}
    for _ in range(4):
        house.one_round()
        house.kube.tick(2)
    assert phase(house) == "Quiescing"
    house.databases.merges = {}
    house.run(lambda: phase(house) == "Idle")


def test_a_query_that_came_before_the_clients_were_led_away_calls_it_back(house: Stage) -> None:
    house.kube.tick(900)
    house.run(lambda: front(house) == "activator")
    house.databases.queries = {min(house.serving("main")): 1}
    house.run(lambda: phase(house) == "Running" and front(house) == "replicas")
    assert [s["spec"]["replicas"] for s in house.sets("main")] == [1, 1]


def test_a_reader_sleeps_although_parts_are_merged() -> None:
    sleepy = READER | {"idle": IDLE}
    stage = Stage().warehouse_with(main=PRIMARY, reader=sleepy)
    stage.run_until_running("main", "reader")
    stage.databases.merges = dict.fromkeys(stage.serving("reader"), 3)
    fall_asleep(stage, "reader")
    assert phase(stage, "main") == "Running"


def test_a_primary_with_secondaries_stays_awake() -> None:
    stage = Stage().warehouse_with(main=PRIMARY | {"idle": IDLE}, reader=READER)
    stage.run_until_running("main", "reader")
    stage.kube.tick(3600)
    for _ in range(5):
        stage.one_round()
    assert phase(stage) == "Running"
    assert stage.condition("main", "Asleep")["reason"] == "PrimaryOfSecondaries"


def test_a_new_secondary_wakes_its_primary(asleep: Stage) -> None:
    asleep.kube.person_makes("Service", "reader", READER)
    asleep.run_until_running("main", "reader")


def test_a_waking_secondary_waits_for_its_primary(asleep: Stage) -> None:
    asleep.kube.person_makes("Service", "reader", READER | {"idle": IDLE})
    asleep.run_until_running("main", "reader")
    fall_asleep(asleep, "reader")
    # The primary is down: its pods are gone, and come back later than those of the reader might.
    asleep.kube.unready = lambda pod: (
        {"phase": "Pending"} if "lake-main" in pod["metadata"]["name"] else None
    )
    for key in [k for k in asleep.kube.documents if k[0] == "Pod" and "lake-main" in k[2]]:
        del asleep.kube.documents[key]
    ask(asleep, WAKE, name="reader")
    asleep.run(lambda: asleep.condition("reader", "Ready")["reason"] == "PrimaryAsleep")
    assert [s["spec"]["replicas"] for s in asleep.sets("reader")] == [0]
    asleep.kube.unready = lambda pod: None
    asleep.run_until_running("main", "reader")


def test_a_service_stopped_by_hand_is_not_woken(asleep: Stage) -> None:
    asleep.edit("main", desired="Stopped")
    asleep.run(lambda: phase(asleep) == "Stopped")
    assert front(asleep) == "replicas"
    ask(asleep, WAKE)
    for _ in range(5):
        asleep.one_round()
    assert phase(asleep) == "Stopped"
    asleep.edit("main", desired="Running")
    asleep.run_until_running("main")


def test_turning_idling_off_wakes_it(asleep: Stage) -> None:
    asleep.edit("main", idle={"enabled": False})
    asleep.run_until_running("main")
    assert front(asleep) == "replicas"


def test_a_resize_while_asleep_is_done_after_the_wake(asleep: Stage) -> None:
    asleep.edit("main", replicas=3)
    for _ in range(5):
        asleep.one_round()
    assert phase(asleep) == "Idle"
    ask(asleep, WAKE)
    asleep.run(lambda: len(asleep.serving("main")) == 3 and phase(asleep) == "Running")


def test_a_slow_start_lengthens_the_timeout(asleep: Stage) -> None:
    asleep.kube.unready = lambda pod: (
        {"phase": "Pending"} if "lake-main" in pod["metadata"]["name"] else None
    )
    ask(asleep, WAKE)
    asleep.one_round()
    asleep.kube.tick(31 * 60)
    asleep.kube.unready = lambda pod: None
    asleep.run_until_running("main")
    assert asleep.status("main")["lastStartSeconds"] > 30 * 60
    asleep.kube.tick(20 * 60)
    asleep.one_round()
    assert phase(asleep) == "Running"
    asleep.kube.tick(11 * 60)
    asleep.run(lambda: phase(asleep) == "Idle")


@pytest.mark.parametrize("dies_at", range(16))
def test_a_controller_that_dies_on_the_way_to_sleep_goes_on(house: Stage, dies_at: int) -> None:
    house.kube.tick(900)
    house.kube.dies_at = house.kube.writes + dies_at
    house.run(lambda: phase(house) == "Idle")
    house.kube.dies_at = None
    ask(house, WAKE)
    house.run(lambda: phase(house) == "Running" and front(house) == "replicas")
    assert front(house) == "replicas"
    assert nobody_is_noted_as_quieted(house)


@pytest.mark.parametrize("dies_at", range(10))
def test_a_controller_that_dies_on_the_way_up_goes_on(asleep: Stage, dies_at: int) -> None:
    ask(asleep, WAKE)
    asleep.kube.dies_at = asleep.kube.writes + dies_at
    asleep.run(lambda: phase(asleep) == "Running" and front(asleep) == "replicas")
    assert len(asleep.serving("main")) == 2


@pytest.mark.parametrize("rounds", range(12))
def test_a_call_at_any_moment_is_heard(house: Stage, rounds: int) -> None:
    house.kube.tick(900)
    for _ in range(rounds):
        wait = house.one_round()
        house.kube.tick(max(wait.total_seconds(), 0.2))
    ask(house, WAKE)
    house.run(lambda: phase(house) == "Running" and front(house) == "replicas")
    house.run(lambda: nobody_is_noted_as_quieted(house))
    assert len(house.serving("main")) == 2


def nobody_is_noted_as_quieted(stage: Stage) -> bool:
    """Replicas merge: they were told so, or are processes that were never told otherwise."""
    return not any(QUIETED_AT in s["metadata"]["annotations"] for s in stage.sets("main"))


def test_two_services_never_share_a_port(house: Stage) -> None:
    port = house.status("main")["idle"]["port"]
    house.kube.person_makes("Service", "reader", READER | {"idle": IDLE})
    taken = {"status": {"idle": {"port": port}}}
    house.kube.patch_status(f"{GROUP}/Service", "clickhouse", "reader", taken["status"])
    house.run_until_running("main", "reader")
    assert house.status("main")["idle"]["port"] == port
    assert house.status("reader")["idle"]["port"] != port
