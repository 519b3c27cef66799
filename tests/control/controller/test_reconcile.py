import pytest

from control.warehouses.names import GROUP
from tests.control.controller.memory_kube import condition
from tests.control.controller.stage import PRIMARY, READER, Stage

BIGGER = {"replicas": 3, "memory": {"minGib": 16, "maxGib": 16}}


@pytest.fixture(scope="module")
def running_lake() -> Stage:
    return Stage().warehouse_with(main=PRIMARY, reader=READER).run_until_running("main", "reader")


@pytest.fixture
def lake(running_lake: Stage) -> Stage:
    return running_lake.copy()


def test_a_warehouse_with_two_services_comes_up(lake: Stage) -> None:
    assert lake.status("lake", "Warehouse")["phase"] == "Ready"
    keeper = lake.status("lake", "Warehouse")["keeper"]
    assert (keeper["members"], keeper["ready"]) == (3, 3)
    assert len(lake.serving("main")) == 2
    assert len(lake.serving("reader")) == 1
    assert lake.databases.registered == lake.serving("main") | lake.serving("reader")
    assert lake.condition("main", "Ready")["status"] == "True"
    assert lake.status("main")["readyReplicas"] == 2
    assert lake.status("main")["version"] == "26.9.2.1"
    assert lake.status("main")["op"]["state"] == "Done"
    assert lake.status("main")["endpoints"][0]["host"].startswith("lake-main.clickhouse.svc")


def test_every_replica_is_a_stateful_set_of_one(lake: Stage) -> None:
    assert [s["spec"]["replicas"] for s in lake.sets("main")] == [1, 1]
    assert {s["metadata"]["name"][:10] for s in lake.sets("main")} == {"lake-main-"}


def test_a_steady_state_costs_no_writes(lake: Stage) -> None:
    before = lake.kube.writes
    for _ in range(5):
        lake.one_round()
        lake.kube.tick(30)
    assert lake.kube.writes == before


def test_replicas_wait_for_keeper() -> None:
    stage = Stage()
    stage.kube.unready = lambda pod: (
        {"phase": "Pending"} if "keeper" in pod["metadata"]["name"] else None
    )
    stage.warehouse_with(main=PRIMARY)
    for _ in range(20):
        stage.one_round()
        stage.kube.tick()
    assert stage.sets("main") == []
    assert stage.condition("main", "Ready")["reason"] == "KeeperNotReady"


def test_a_resize_makes_before_it_breaks(lake: Stage) -> None:
    old = lake.serving("main")
    lake.databases.parts = {rid: {"all_0_5_1"} for rid in lake.databases.registered}
    lowest = []
    lake.after_pass = lambda stage: lowest.append(len(stage.serving("main")))
    lake.edit("main", **BIGGER)
    lake.run_until_running("main")
    assert min(lowest) == 2
    assert max(lowest) <= 5
    assert len(lake.serving("main")) == 3
    assert not lake.serving("main") & old
    assert lake.databases.registered == lake.serving("main") | lake.serving("reader")
    assert lake.status("main")["size"] == "4 CPU, 16 GiB"
    left = [key for key in lake.kube.documents if any(rid in key[2] for rid in old)]
    assert left == []


def test_replica_ids_are_never_used_again(lake: Stage) -> None:
    first = lake.serving("main")
    for token in ("a", "b"):
        lake.edit("main", restartToken=token)
        lake.run_until_running("main")
        assert not lake.serving("main") & first
        first |= lake.serving("main")
    assert len(first) == 6


def test_parts_that_nobody_else_holds_keep_a_replica(lake: Stage) -> None:
    alone = min(lake.serving("main"))
    lake.edit("main", restartToken="a")
    lake.run(lambda: len(lake.serving("main")) == 4)
    lake.databases.parts[alone] = {"all_7_7_0"}
    for _ in range(80):
        lake.one_round()
        lake.kube.tick(5)
    lonely = next(r for r in lake.status("main")["replicas"] if r["rid"] == alone)
    assert lonely["phase"] == "Draining"
    assert lake.status("main")["op"]["state"] == "SyncOut"
    assert lake.status("main")["op"]["reason"] == "PartsNotProven"
    assert any(event["reason"] == "PartsNotProven" for event in lake.kube.events)
    for rid in lake.serving("main"):
        lake.databases.parts[rid] |= lake.databases.parts[alone]
    lake.run_until_running("main")


def test_running_queries_hold_the_drain(lake: Stage) -> None:
    old = lake.serving("main")
    lake.edit("main", restartToken="a")
    busy = min(old)
    lake.databases.queries[busy] = 1
    lake.run(lambda: lake.status("main")["op"]["state"] == "Drain")
    for _ in range(20):
        lake.one_round()
        lake.kube.tick(5)
    assert any(s["metadata"]["name"].endswith(busy) for s in lake.sets("main"))
    lake.databases.queries.clear()
    lake.run_until_running("main")


def test_the_logs_of_old_replicas_are_carried_over_before_they_go(lake: Stage) -> None:
    old = lake.serving("main")
    lake.databases.logs = dict.fromkeys(old, 2)
    lake.edit("main", restartToken="a")
    lake.run_until_running("main")
    assert sorted(rid for rid, _ in lake.databases.carried) == sorted([*old, *old])
    assert {taker for _, taker in lake.databases.carried} == {min(lake.serving("main"))}


def test_a_warehouse_may_do_without_the_logs_of_old_replicas(lake: Stage) -> None:
    lake.kube.person_edits("Warehouse", "lake", {"carrySystemLogs": False})
    lake.databases.logs = dict.fromkeys(lake.serving("main"), 2)
    lake.edit("main", restartToken="a")
    lake.run_until_running("main")
    assert lake.databases.carried == []


def test_an_image_that_cannot_be_pulled_leaves_the_old_capacity(lake: Stage) -> None:
    old = lake.serving("main")
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}

    def unready(pod: dict) -> dict | None:
        if not pod["spec"]["containers"][0]["image"].endswith(":0.0"):
            return None
        scheduled = condition("PodScheduled", "True", lake.kube.now)
        return {"conditions": [scheduled], "containerStatuses": [{"state": waiting}]}

    lake.kube.unready = unready
    lake.edit("main", image="clickhouse/clickhouse-server:0.0")
    lake.run(lambda: lake.status("main")["op"]["state"] == "Failed")
    assert lake.serving("main") == old
    assert len(lake.sets("main")) == 2
    assert lake.status("main")["op"]["reason"] == "ImagePull"
    assert lake.condition("main", "Progressing")["message"].endswith("no such image")
    lake.edit("main", image="clickhouse/clickhouse-server:26.9")
    lake.run_until_running("main")


def test_the_last_of_several_requests_wins(lake: Stage) -> None:
    most = []
    lake.after_pass = lambda stage: most.append(len(stage.sets("main")))
    for replicas in (5, 6, 3):
        lake.edit("main", replicas=replicas)
        for _ in range(3):
            lake.one_round()
            lake.kube.tick()
    lake.run_until_running("main")
    assert len(lake.serving("main")) == 3
    assert max(most) <= 6


def test_a_replaced_pod_is_admitted_anew(lake: Stage) -> None:
    rid = min(lake.serving("main"))
    del lake.kube.documents["Pod", "clickhouse", f"lake-main-{rid}-0"]
    lake.run(lambda: lake.status("main")["phase"] == "Degraded")
    assert rid not in lake.serving("main")
    lake.run_until_running("main")
    assert rid in lake.serving("main")


def test_a_new_database_reaches_every_replica(lake: Stage) -> None:
    for rid in lake.serving("main"):
        lake.databases.joined[rid].add("sales")
    lake.run(lambda: all("sales" in names for names in lake.databases.joined.values()))


def test_an_error_is_told_once_and_tried_again() -> None:
    stage = Stage()
    stage.databases.join_errors = 3
    stage.warehouse_with(main=PRIMARY).run_until_running("main")
    told = [event for event in stage.kube.events if event["reason"] == "SqlError"]
    assert len(told) == 1
    assert "Keeper session expired" in told[0]["message"]


def test_a_secondary_stops_and_starts_with_its_replicas(lake: Stage) -> None:
    before = lake.serving("reader")
    lake.edit("reader", desired="Stopped")
    lake.run(lambda: lake.status("reader")["phase"] == "Stopped")
    assert [s["spec"]["replicas"] for s in lake.sets("reader")] == [0]
    assert lake.serving("reader") == set()
    lake.edit("reader", desired="Running")
    lake.run_until_running("reader")
    assert lake.serving("reader") == before


def test_a_service_too_many_is_refused_and_let_in_when_another_goes() -> None:
    readers = {f"reader{n}": READER for n in range(1, 6)}
    stage = Stage().warehouse_with(main=PRIMARY, **readers)
    stage.run_until_running("main", *list(readers)[:-1])
    refused = stage.condition("reader5", "Accepted")
    assert (refused["status"], refused["reason"]) == ("False", "TooManyServices")
    assert stage.sets("reader5") == []
    stage.delete("Service", "reader1")
    stage.run_until_running("reader5")
    assert stage.condition("reader5", "Accepted")["status"] == "True"


def test_a_refused_service_leaves_at_once_and_changes_nothing(lake: Stage) -> None:
    lake.kube.person_makes("Service", "second", PRIMARY)
    lake.run(lambda: lake.status("second").get("phase") == "Pending")
    assert lake.condition("second", "Accepted")["reason"] == "SecondPrimary"
    assert lake.sets("second") == []
    lake.delete("Service", "second")
    assert "second" not in lake.names("Service")


def test_another_name_for_people_replaces_nothing(lake: Stage) -> None:
    before = lake.serving("main")
    lake.edit("main", displayName="Sales reports")
    lake.run_until_running("main")
    assert lake.serving("main") == before
    assert len(lake.sets("main")) == len(before)


def test_a_database_made_while_a_service_was_stopped_is_there_before_its_clients(
    lake: Stage,
) -> None:
    lake.edit("reader", desired="Stopped")
    lake.run(lambda: lake.status("reader")["phase"] == "Stopped")
    for rid in lake.serving("main"):
        lake.databases.joined[rid].add("sales")
    lacking: list[str] = []
    lake.after_pass = lambda stage: lacking.extend(
        rid for rid in stage.serving("reader") if "sales" not in stage.databases.joined[rid]
    )
    lake.edit("reader", desired="Running")
    lake.run_until_running("reader")
    assert lake.serving("reader")
    assert lacking == []


def test_a_primary_with_secondaries_does_not_stop(lake: Stage) -> None:
    lake.edit("main", desired="Stopped")
    lake.run(lambda: lake.condition("main", "Accepted")["status"] == "False")
    assert lake.condition("main", "Accepted")["reason"] == "PrimaryMustRun"
    assert len(lake.serving("main")) == 2


def test_the_secondary_goes_first_and_the_data_last(lake: Stage) -> None:
    lake.delete("Warehouse", "lake")
    lake.delete("Service", "main")
    lake.one_round()
    assert lake.condition("main", "Ready")["message"] == "delete the secondaries first: reader"
    lake.delete("Service", "reader")
    lake.run(lambda: not any(key[0].startswith(GROUP) for key in lake.kube.documents))
    lake.kube.tick()
    kinds = {key[0] for key in lake.kube.documents if key[1] == "clickhouse"}
    assert kinds == set()


def test_retained_data_stays_on_its_volumes() -> None:
    stage = Stage().warehouse_with(main=PRIMARY).run_until_running("main")
    stage.kube.person_edits("Warehouse", "lake", {"dataRetention": "retain"})
    stage.delete("Service", "main")
    stage.delete("Warehouse", "lake")
    stage.run(lambda: not any(key[0].startswith(GROUP) for key in stage.kube.documents))
    claims = [key[2] for key in stage.kube.documents if key[0] == "PersistentVolumeClaim"]
    assert len([name for name in claims if "lake-main" in name]) == 2
    assert len([name for name in claims if "keeper" in name]) == 3
    assert all(names == {"default"} for names in stage.databases.joined.values())


def test_what_is_wrong_with_a_schedule_is_said(lake: Stage) -> None:
    assert all(c["type"] != "ScheduleSound" for c in lake.status("main")["conditions"])
    lake.edit("main", schedule=[{"name": "a", "at": "08:00", "timeZone": "Mars", "replicas": 3}])
    lake.run_until_running("main")
    sound = lake.condition("main", "ScheduleSound")
    assert (sound["status"], sound["reason"]) == ("False", "Unsound")
    assert "'Mars', which is no IANA time zone" in sound["message"]
    lake.edit("main", schedule=[{"name": "a", "at": "08:00", "replicas": 3}])
    lake.run_until_running("main")
    assert lake.condition("main", "ScheduleSound")["status"] == "True"


@pytest.mark.parametrize("dies_at", range(50))
def test_a_controller_that_dies_at_any_write_goes_on(lake: Stage, dies_at: int) -> None:
    lake.databases.parts = {rid: {"all_0_5_1"} for rid in lake.databases.registered}
    lowest, most = [], []

    def watch(stage: Stage) -> None:
        lowest.append(len(stage.serving("main")))
        most.append(len(stage.sets("main")))

    lake.after_pass = watch
    lake.kube.dies_at = lake.kube.writes + dies_at
    lake.edit("main", **BIGGER)
    lake.run_until_running("main")
    assert min(lowest) >= 2
    assert max(most) <= 9
    assert len(lake.sets("main")) == 3
    assert lake.databases.registered == lake.serving("main") | lake.serving("reader")
