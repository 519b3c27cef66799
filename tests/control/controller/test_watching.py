from typing import Any

from control.controller.cluster import Key
from control.controller.watching import Item, Kind, Watching, part_changed
from control.warehouses.names import SERVICE_LABEL, WAREHOUSE_LABEL

MAIN, READER = (Item(Kind.SERVICE, Key("clickhouse", name)) for name in ("main", "reader"))
LAKE = Item(Kind.WAREHOUSE, Key("clickhouse", "lake"))
BACKUPS = Item(Kind.BACKUPS, Key("clickhouse", "lake"))


def service(name: str, generation: int = 1, **status: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": "clickhouse", "generation": generation, "uid": name}
    return {"metadata": meta, "spec": {"warehouse": "lake"}, "status": status}


def warehouse(**status: Any) -> dict[str, Any]:
    meta = {"name": "lake", "namespace": "clickhouse", "generation": 1, "uid": "lake"}
    return {"metadata": meta, "spec": {}, "status": status}


def watching() -> Watching:
    seen = Watching()
    seen.service_changed(None, service("main"))
    seen.service_changed(None, service("reader"))
    return seen


def test_a_new_service_concerns_its_whole_warehouse() -> None:
    assert watching().service_changed("ADDED", service("third")) >= {MAIN, READER, LAKE, BACKUPS}


def test_an_edit_concerns_the_service_alone() -> None:
    assert watching().service_changed("MODIFIED", service("main", generation=2)) == {MAIN}


def test_our_own_report_is_no_news_unless_others_depend_on_it() -> None:
    seen = watching()
    assert seen.service_changed("MODIFIED", service("main", op={"state": "Make"})) == set()
    running = service("main", phase="Running")
    assert seen.service_changed("MODIFIED", running) == {MAIN, READER, LAKE, BACKUPS}


def test_a_removed_service_concerns_the_rest() -> None:
    assert watching().service_changed("DELETED", service("reader")) == {MAIN, LAKE, BACKUPS}


def test_keeper_that_becomes_ready_concerns_the_services() -> None:
    seen = watching()
    seen.warehouse_changed("ADDED", warehouse(keeper={"ready": 1}))
    assert seen.warehouse_changed("MODIFIED", warehouse(keeper={"ready": 1})) == set()
    assert seen.warehouse_changed("MODIFIED", warehouse(keeper={"ready": 2})) == {
        MAIN,
        READER,
        LAKE,
        BACKUPS,
    }


def test_the_version_of_a_warehouse_concerns_its_services() -> None:
    seen = watching()
    seen.warehouse_changed("ADDED", warehouse(image="server:26.9"))
    assert seen.warehouse_changed("MODIFIED", warehouse(image="server:26.9")) == set()
    assert seen.warehouse_changed("MODIFIED", warehouse(image="server:26.10")) >= {MAIN, READER}


def test_a_backup_concerns_the_backups_of_its_warehouse() -> None:
    seen = watching()
    meta = {"name": "b", "namespace": "clickhouse", "generation": 1, "uid": "b"}
    backup = {"metadata": meta, "spec": {"warehouse": "lake"}}
    assert seen.backup_changed("ADDED", backup) == {BACKUPS}
    progress = backup | {"status": {"filesWritten": 1}}
    assert seen.backup_changed("MODIFIED", progress) == set()
    assert seen.backup_changed("MODIFIED", backup | {"status": {"phase": "Done"}}) == {BACKUPS}
    assert seen.backup_changed("DELETED", backup) == {BACKUPS}


def test_a_pod_concerns_its_service_and_a_keeper_pod_its_warehouse() -> None:
    labels = {WAREHOUSE_LABEL: "lake"}
    pod = {"metadata": {"name": "p", "namespace": "clickhouse", "labels": labels}}
    assert part_changed(pod) == {LAKE}
    labels[SERVICE_LABEL] = "main"
    assert part_changed(pod) == {MAIN}
    assert part_changed({"metadata": {"name": "p", "namespace": "clickhouse"}}) == set()
