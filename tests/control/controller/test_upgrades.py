"""A version and its maintenance window, through the passes of the controller."""

from datetime import timedelta
from typing import Any

import pytest

from control.warehouses.names import GROUP
from tests.control.controller.stage import PRIMARY, READER, Stage

TUESDAY = {"weekday": "Tue", "startHourUtc": 6}
UNTIL_TUESDAY = timedelta(hours=18)
"""The stage begins on a Monday at noon."""


@pytest.fixture(scope="module")
def running_lake() -> Stage:
    stage = Stage().warehouse_with(main=PRIMARY, reader=READER)
    stage.kube.person_edits("Warehouse", "lake", {"maintenanceWindow": TUESDAY})
    return stage.run_until_running("main", "reader")


@pytest.fixture
def lake(running_lake: Stage) -> Stage:
    return running_lake.copy()


def up_to_date(stage: Stage) -> dict[str, Any]:
    conditions = stage.status("lake", "Warehouse")["conditions"]
    return next(c for c in conditions if c["type"] == "UpToDate")


def images(stage: Stage) -> set[str]:
    """Of servers and Keeper, as their StatefulSets are written."""
    return {
        container["image"].rpartition(":")[2]
        for stateful_set in stage.kube.list("StatefulSet", "clickhouse", {})
        for container in stateful_set["spec"]["template"]["spec"]["containers"]
    }


def rounds(stage: Stage, number: int) -> None:
    for _ in range(number):
        stage.one_round()
        stage.kube.tick(30)


def test_an_upgrade_waits_for_its_window_and_then_rolls(lake: Stage) -> None:
    lake.kube.person_edits("Warehouse", "lake", {"version": "26.10"})
    rounds(lake, 5)
    assert images(lake) == {"26.9"}
    assert (up_to_date(lake)["status"], up_to_date(lake)["reason"]) == ("False", "WaitsForWindow")
    assert lake.status("lake", "Warehouse")["version"] == "26.9"
    lake.kube.now += UNTIL_TUESDAY
    lake.run(lambda: images(lake) == {"26.10"})
    lake.run_until_running("main", "reader")
    assert up_to_date(lake)["status"] == "True"
    assert lake.status("lake", "Warehouse")["version"] == "26.10"


def test_waiting_is_told_once_even_by_a_new_controller(lake: Stage) -> None:
    lake.kube.person_edits("Warehouse", "lake", {"version": "26.10"})
    rounds(lake, 3)
    lake.restart()
    rounds(lake, 3)
    told = [event for event in lake.kube.events if event["reason"] == "WaitsForWindow"]
    assert len(told) == 1
    assert "opens at 2026-01-06T06:00:00Z" in told[0]["message"]


def test_waiting_costs_no_writes(lake: Stage) -> None:
    lake.kube.person_edits("Warehouse", "lake", {"version": "26.10"})
    rounds(lake, 3)
    before = lake.kube.writes
    rounds(lake, 3)
    assert lake.kube.writes == before


def test_an_urgent_version_goes_in_at_once(lake: Stage) -> None:
    lake.kube.person_edits("Warehouse", "lake", {"version": "26.10", "urgentVersion": "26.10"})
    lake.run(lambda: images(lake) == {"26.10"})


def test_a_resize_does_not_wait_for_the_window_and_keeps_the_version(lake: Stage) -> None:
    lake.kube.person_edits("Warehouse", "lake", {"version": "26.10"})
    lake.edit("main", replicas=3)
    lake.run(lambda: len(lake.serving("main")) == 3)
    assert images(lake) == {"26.9"}


def test_a_service_may_try_a_version_alone(lake: Stage) -> None:
    lake.edit("reader", image="clickhouse/clickhouse-server:26.10")
    lake.run(lambda: images(lake) == {"26.9", "26.10"})
    lake.run_until_running("reader")
    assert {s["metadata"]["namespace"] for s in lake.sets("reader")} == {"clickhouse"}


def test_a_release_arrives_by_the_channel_of_the_warehouse() -> None:
    stage = Stage()
    facts = stage.kube.documents["ConfigMap", "byoc-system", "deployment"]["data"]
    facts["image_server"] = "clickhouse/clickhouse-server:26.9"
    facts["image_keeper"] = "clickhouse/clickhouse-keeper:26.9"
    facts["releases"] = '{"26.10": "2026-01-05"}'
    stage.warehouse_with(main=PRIMARY)
    del stage.kube.documents[f"{GROUP}/Warehouse", "clickhouse", "lake"]["spec"]["version"]
    stage.run_until_running("main")
    assert images(stage) == {"26.9"}
    stage.kube.now += timedelta(weeks=2)
    stage.run(lambda: images(stage) == {"26.10"})
