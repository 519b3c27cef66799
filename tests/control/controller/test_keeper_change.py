"""Keeper's members come and go, and its servers do not notice."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from control.warehouses.keeper_manifests import EMPTY_VOLUME
from tests.control.controller.memory_keepers import MemoryKeepers
from tests.control.controller.stage import PRIMARY, Stage


@pytest.fixture
def lake() -> Stage:
    return with_keepers(Stage().warehouse_with(main=PRIMARY)).run_until_running("main")


def with_keepers(stage: Stage) -> Stage:
    stage.world = replace(stage.world, keepers=MemoryKeepers(stage.kube))
    return stage


def keeper(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = stage.status("lake", "Warehouse").get("keeper") or {}
    return found


def resize(stage: Stage, replicas: int) -> None:
    stage.kube.person_edits("Warehouse", "lake", {"keeper": {"replicas": replicas}})


def states(stage: Stage) -> set[str]:
    return {row["state"] for row in keeper(stage)["ensemble"]}


def has_members(stage: Stage, count: int) -> Callable[[], bool]:
    settled = [(number, "Member", True) for number in range(1, count + 1)]

    def look() -> bool:
        rows = keeper(stage).get("ensemble") or []
        return [(row["member"], row["state"], row["ready"]) for row in rows] == settled

    return look


def claims(stage: Stage) -> set[str]:
    found = stage.kube.list("PersistentVolumeClaim", "clickhouse", {})
    return {claim["metadata"]["name"] for claim in found if "keeper" in claim["metadata"]["name"]}


def reasons(stage: Stage) -> list[str]:
    return [event["reason"] for event in stage.kube.events]


def keepers_of(stage: Stage) -> MemoryKeepers:
    assert isinstance(stage.world.keepers, MemoryKeepers)
    return stage.world.keepers


def test_members_come_one_at_a_time_and_go_with_their_volumes(lake: Stage) -> None:
    sets = lake.sets("main")
    resize(lake, 5)
    lake.run(has_members(lake, 5))
    assert keepers_of(lake).counted == {1, 2, 3, 4, 5}
    told = [r for r in reasons(lake) if r.startswith("Member")]
    assert told == ["MemberMade", "MemberJoins", "MemberJoined"] * 2
    resize(lake, 1)
    lake.run(has_members(lake, 1))
    assert keepers_of(lake).counted == {1}
    assert claims(lake) == {"data-lake-keeper-1"}
    assert lake.sets("main") == sets


def test_it_stays_usable_meanwhile_and_says_what_it_does(lake: Stage) -> None:
    seen = set()

    def note(stage: Stage) -> None:
        status = stage.status("lake", "Warehouse")
        conditions = {c["type"]: c for c in status["conditions"]}
        assert conditions["KeeperReady"]["status"] == conditions["Ready"]["status"] == "True"
        seen.add(
            (status["phase"], status["keeper"]["summary"], conditions["KeeperSized"]["reason"])
        )

    lake.after_pass = note
    resize(lake, 5)
    lake.run(has_members(lake, 5))
    lake.run(lambda: lake.status("lake", "Warehouse")["phase"] == "Ready")
    assert {phase for phase, _, _ in seen} == {"Ready", "Scaling"}
    assert ("Scaling", "3/3 of 5", "MemberMade") in seen
    assert ("Ready", "5/5", "AsWanted") in seen


def test_a_settled_ensemble_is_not_asked(lake: Stage) -> None:
    before = keepers_of(lake).asked
    for _ in range(5):
        lake.one_round()
    assert keepers_of(lake).asked == before


def test_services_wait_until_all_of_the_first_were_there() -> None:
    stage = Stage().warehouse_with(main=PRIMARY)
    stage.kube.unready = lambda pod: (
        {"phase": "Pending"} if pod["metadata"]["name"] == "lake-keeper-3" else None
    )
    for _ in range(20):
        stage.one_round()
        stage.kube.tick(5)
    assert (keeper(stage)["ready"], keeper(stage)["founded"]) == (2, False)
    assert stage.sets("main") == []
    stage.kube.unready = lambda pod: None
    stage.run_until_running("main")
    assert keeper(stage)["founded"] is True


def test_the_permission_to_be_empty_is_withdrawn_before_services_rely_on_it() -> None:
    stage = Stage().warehouse_with(main=PRIMARY)

    def note(stage: Stage) -> None:
        if keeper(stage).get("founded"):
            files = stage.kube.documents["ConfigMap", "clickhouse", "lake-keeper"]["data"]
            assert files["newcomers"] == ""

    stage.after_pass = note
    stage.run_until_running("main")


HELD_BACK: dict[str, Any] = {
    "phase": "Pending",
    "initContainerStatuses": [
        {"state": {"waiting": {}}, "lastState": {"terminated": {"exitCode": EMPTY_VOLUME}}}
    ],
}


def test_a_member_whose_volume_is_empty_leaves_and_begins_anew(lake: Stage) -> None:
    empty = {"lake-keeper-2"}

    def guarded(pod: dict[str, Any]) -> dict[str, Any] | None:
        """The guard lets it in once it is a newcomer."""
        files = lake.kube.documents["ConfigMap", "clickhouse", "lake-keeper"]["data"]
        name = pod["metadata"]["name"]
        if name in empty and name.removeprefix("lake-keeper-") in files["newcomers"].split():
            empty.remove(name)
            pod["status"] = {"phase": "Pending"}
        return HELD_BACK if name in empty else None

    resize(lake, 3)
    lake.kube.unready = guarded
    lake.run(lambda: keepers_of(lake).counted == {1, 3})
    lake.run(has_members(lake, 3))
    assert [reason for reason in reasons(lake) if reason.startswith("Member")] == [
        "MemberLost",
        "MemberLeft",
        "MemberJoins",
        "MemberJoined",
    ]
    assert keepers_of(lake).counted == {1, 2, 3}


def test_an_ensemble_that_nobody_recorded_has_its_members_already(lake: Stage) -> None:
    """As after an upgrade of the controller, or of an object that was restored without status."""
    warehouse = lake.kube.documents["byoc.clickhouse.dev/Warehouse", "clickhouse", "lake"]
    del warehouse["status"]["keeper"]["ensemble"]
    resize(lake, 1)
    lake.one_round()
    assert [row["state"] for row in keeper(lake)["ensemble"]].count("Member") >= 2
    lake.run(has_members(lake, 1))


@pytest.mark.parametrize("dies_at", range(0, 24, 3))
def test_a_controller_that_dies_at_any_write_goes_on(lake: Stage, dies_at: int) -> None:
    lake.kube.dies_at = lake.kube.writes + dies_at
    restart = lake.restart
    keepers = keepers_of(lake)

    def restarted() -> None:
        restart()
        lake.world = replace(lake.world, keepers=keepers)

    lake.restart = restarted  # type: ignore[method-assign]
    resize(lake, 5)
    lake.run(has_members(lake, 5))
    resize(lake, 3)
    lake.run(has_members(lake, 3))
    assert keepers.counted == {1, 2, 3}
    assert len(claims(lake)) == 3


def test_another_image_waits_while_a_member_comes_or_goes(lake: Stage) -> None:
    image = keeper(lake)["image"]
    resize(lake, 5)
    lake.run(lambda: "Joining" in states(lake))
    lake.kube.person_edits("Warehouse", "lake", {"version": "26.10"})

    def note(stage: Stage) -> None:
        assert keeper(stage)["image"] == image or states(stage) == {"Member"}

    lake.after_pass = note
    lake.run(lambda: states(lake) == {"Member"})
    lake.after_pass = lambda stage: None
    lake.run(has_members(lake, 5))
    lake.run(lambda: keeper(lake)["image"].endswith(":26.10"))
