"""Backups of a warehouse in memory, pass by pass, from the request to the last object."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import Gauge

from control.warehouses.backup import BackupLimits
from control.warehouses.backup_objects import backup_document
from control.warehouses.names import FINALIZER, GROUP, WAKE
from tests.control.controller.memory_backups import ORDERS
from tests.control.controller.memory_kube import START
from tests.control.controller.stage import PRIMARY, SMALL, Stage

HOUR = 3600.0
LIMITS = BackupLimits()


@pytest.fixture(scope="module")
def backed_up_lake() -> Stage:
    return Stage().warehouse_with(main=PRIMARY).run_until_running("main")


@pytest.fixture
def lake(backed_up_lake: Stage) -> Stage:
    return backed_up_lake.copy()


def ask(stage: Stage, name: str, **spec: Any) -> None:
    stage.kube.create(backup_document(name, "clickhouse", {"warehouse": "lake", **spec}))


def status(stage: Stage, name: str) -> dict[str, Any]:
    return stage.status(name, "Backup")


def backups(stage: Stage) -> list[dict[str, Any]]:
    return stage.kube.list(f"{GROUP}/Backup", "clickhouse", {})


def finish(stage: Stage, *names: str) -> Stage:
    return stage.run(lambda: all(status(stage, n).get("phase") == "Done" for n in names))


def gone(stage: Stage, name: str) -> bool:
    return all(b["metadata"]["name"] != name for b in backups(stage))


def test_a_backup_is_made_and_told_of(lake: Stage) -> None:
    ask(lake, "first")
    seen = status(finish(lake, "first"), "first")
    assert (seen["type"], seen["chain"], seen["attempt"]) == ("full", 1, 1)
    assert seen["databases"] == ["default", "sales"]
    assert seen["tables"] == [
        {
            "database": ORDERS.database,
            "table": ORDERS.table,
            "parts": ORDERS.parts,
            "rows": ORDERS.rows,
            "bytes": ORDERS.bytes,
            "checksum": ORDERS.checksum,
        }
    ]
    assert (seen["rows"], seen["sizeBytes"]) == (1000, 4)
    assert seen["location"].startswith("s3://backups/ch-s3-lake-")
    assert seen["location"].endswith(f"/backups/{seen['path']}")
    assert seen["place"]["bucket"] == "backups"
    lake.one_round()
    assert lake.status("lake", "Warehouse")["backups"]["newest"] == "first"
    reasons = [e["reason"] for e in lake.kube.events if e["involvedObject"]["kind"] == "Backup"]
    assert reasons == ["Started", "Started", "Done"]


def test_an_increment_names_its_base(lake: Stage) -> None:
    ask(lake, "first")
    finish(lake, "first")
    ask(lake, "second")
    seen = status(finish(lake, "second"), "second")
    assert (seen["type"], seen["base"], seen["chain"]) == ("incremental", "first", 2)
    assert lake.backup_sql.bases[seen["id"]] == status(lake, "first")["path"]


def test_one_at_a_time(lake: Stage) -> None:
    lake.backup_sql.takes = 4
    ask(lake, "first")
    lake.run(lambda: status(lake, "first").get("phase") == "Running")
    ask(lake, "second")
    lake.one_round()
    assert status(lake, "second")["reason"] == "Queued"
    most = 0

    def count(stage: Stage) -> None:
        nonlocal most
        running = [b for b in backups(stage) if (b.get("status") or {}).get("phase") == "Running"]
        most = max(most, len(running))

    lake.after_pass = count
    finish(lake, "first", "second")
    assert most == 1


def test_a_controller_that_dies_between_any_two_writes_makes_one_backup(lake: Stage) -> None:
    for dies_at in range(12):
        stage = lake.copy()
        ask(stage, "first")
        stage.kube.writes, stage.kube.dies_at = 0, dies_at
        finish(stage, "first")
        seen = status(stage, "first")
        assert seen["attempt"] == 1, dies_at
        assert set(stage.backup_sql.sent) == {seen["id"]}, dies_at


def test_a_replica_that_was_restarted_has_lost_its_backup(lake: Stage) -> None:
    lake.backup_sql.takes = 10
    ask(lake, "first")
    lake.run(lambda: bool(lake.backup_sql.sent) and status(lake, "first").get("sent", False))
    replica = status(lake, "first")["replica"]
    lake.backup_sql.forget()
    lake.one_round()
    seen = status(lake, "first")
    assert (seen["phase"], seen["reason"]) == ("Pending", "ReplicaLost")
    lake.backup_sql.takes = 1
    lake.kube.tick(LIMITS.first_retry.total_seconds())
    seen = status(finish(lake, "first"), "first")
    assert (seen["attempt"], seen["type"]) == (2, "full")
    assert seen["replica"] != replica


def test_after_the_last_attempt_it_is_given_up(lake: Stage) -> None:
    lake.backup_sql.errors = ["the bucket is full"] * LIMITS.attempts
    ask(lake, "first")
    for _ in range(400):
        lake.one_round()
        if status(lake, "first").get("phase") == "Failed":
            break
        lake.kube.tick(60)
    seen = status(lake, "first")
    assert (seen["phase"], seen["attempt"]) == ("Failed", LIMITS.attempts)
    assert "the bucket is full" in seen["message"]
    lake.one_round()
    assert lake.status("lake", "Warehouse")["backups"]["failing"] == "first"


def days(stage: Stage, count: float, each: timedelta = timedelta(hours=1)) -> Iterator[None]:
    for _ in range(int(count * 24 * HOUR / each.total_seconds())):
        stage.kube.tick(each.total_seconds())
        for _ in range(12):
            stage.one_round()
        yield


def test_the_schedule_keeps_what_is_needed_and_nothing_else(lake: Stage) -> None:
    names = set()
    for _ in days(lake, 4, timedelta(hours=4)):
        names.update(b["metadata"]["name"] for b in backups(lake))
        done = [b for b in backups(lake) if b["status"].get("phase") == "Done"]
        by_name = {b["metadata"]["name"]: b for b in done}
        for one in done:
            base = one["status"].get("base")
            assert not base or base in by_name
    assert len(names) == 4, "one a day"
    assert backups(lake)[0]["spec"]["scheduledFor"]


def test_full_ones_begin_anew_and_the_old_chain_goes(lake: Stage) -> None:
    for _ in days(lake, 10, timedelta(hours=8)):
        pass
    found = {b["metadata"]["name"]: b["status"] for b in backups(lake)}
    full = [name for name, seen in found.items() if seen["type"] == "full"]
    assert len(full) == 1, "the first chain ended with the last backup that needed it"
    assert lake.backup_sql.store.erased
    left = {key.split("/")[3] for key in lake.backup_sql.store.objects}
    assert left == {seen["path"].split("/")[0] for seen in found.values()}


def test_a_deleted_backup_takes_its_objects_along(lake: Stage) -> None:
    ask(lake, "first")
    finish(lake, "first")
    assert lake.backup_sql.store.objects
    lake.delete("Backup", "first")
    lake.run(lambda: gone(lake, "first"))
    assert lake.backup_sql.store.objects == {}


def test_a_base_waits_for_its_increments(lake: Stage) -> None:
    ask(lake, "first")
    finish(lake, "first")
    ask(lake, "second")
    finish(lake, "second")
    lake.delete("Backup", "first")
    lake.one_round()
    assert status(lake, "first")["reason"] == "StillNeeded"
    assert "second" in status(lake, "first")["message"]
    lake.delete("Backup", "second")
    lake.run(lambda: gone(lake, "first") and gone(lake, "second"))


def test_a_backup_that_is_written_is_cancelled_before_it_is_erased(lake: Stage) -> None:
    lake.backup_sql.takes = 1000
    ask(lake, "first")
    lake.run(lambda: bool(lake.backup_sql.operations))
    lake.delete("Backup", "first")
    lake.run(lambda: gone(lake, "first"))
    assert "cancelled" in lake.backup_sql.failed.values()
    assert lake.backup_sql.store.objects == {}


def test_one_made_by_hand_gets_the_finalizer(lake: Stage) -> None:
    lake.kube.person_makes("Backup", "first", {"warehouse": "lake"})
    finish(lake, "first")
    assert FINALIZER in backups(lake)[0]["metadata"]["finalizers"]


def test_the_age_of_the_newest_is_told(lake: Stage) -> None:
    metrics = lake.world.backups.metrics

    def told(gauge: Gauge) -> float:
        [sample] = [sample for family in gauge.collect() for sample in family.samples]
        assert sample.labels == {"warehouse": "lake"}
        return sample.value

    lake.one_round()
    made = told(metrics.last)
    assert made >= START.timestamp(), "before the first backup the warehouse's own age counts"
    lake.kube.tick(HOUR)
    ask(lake, "first")
    finish(lake, "first")
    lake.one_round()
    assert told(metrics.last) >= made + HOUR
    assert told(metrics.period) == 24 * HOUR


def restored(stage: Stage) -> dict[str, Any]:
    return stage.status("pond", "Warehouse").get("restore") or {}


def fill_pond(stage: Stage, **source: Any) -> None:
    spec = {"disk": "volume", "restoreFrom": source}
    stage.kube.person_makes("Warehouse", "pond", spec)
    primary = {"warehouse": "pond", "role": "primary", "replicas": 2, "memory": SMALL}
    stage.kube.person_makes("Service", "pool", primary)


def test_a_new_warehouse_is_filled_and_compared(lake: Stage) -> None:
    ask(lake, "first")
    finish(lake, "first")
    fill_pond(lake, warehouse="lake")
    lake.run(lambda: restored(lake).get("phase") == "Done")
    assert restored(lake)["reason"] == "FiguresEqual"
    assert restored(lake)["tables"] == 1
    assert lake.backup_sql.held == set(), "merges go on"
    names = {name for _, name, _ in lake.backup_sql.prepared}
    rids = {rid for rid, _, _ in lake.backup_sql.prepared}
    assert (names, rids) == ({"default", "sales"}, lake.serving("pool"))
    lake.one_round()
    [condition] = [
        c for c in lake.status("pond", "Warehouse")["conditions"] if c["type"] == "Restored"
    ]
    assert condition["status"] == "True"


def test_a_restore_ends_when_every_replica_has_fetched_the_data(lake: Stage) -> None:
    ask(lake, "first")
    finish(lake, "first")
    lake.backup_sql.fetching = 3
    fill_pond(lake, warehouse="lake")
    lake.run(lambda: restored(lake).get("reason") == "Fetching")
    lake.run(lambda: restored(lake).get("phase") == "Done")
    assert lake.backup_sql.fetching <= 0


def test_databases_get_identities_of_their_own(lake: Stage) -> None:
    ask(lake, "first")
    finish(lake, "first")
    uids = []
    for _ in range(2):
        stage = lake.copy()
        stage.kube.person_makes("Warehouse", "spare", {"disk": "volume"})
        fill_pond(stage, backup="first")
        stage.run(lambda stage=stage: restored(stage).get("phase") == "Done")
        uids.append({uid for _, name, uid in stage.backup_sql.prepared if name == "sales"})
    assert all(len(each) == 1 for each in uids), "one for all replicas"


def test_servers_wait_until_it_is_known_what_they_read(lake: Stage) -> None:
    fill_pond(lake, backup="first")
    for _ in range(20):
        lake.one_round()
        lake.kube.tick()
    assert lake.sets("pool") == []
    assert restored(lake)["reason"] == "NoSuchBackup"
    ask(lake, "first")
    lake.run(lambda: restored(lake).get("phase") == "Done")


def test_tables_that_differ_are_told(lake: Stage) -> None:
    ask(lake, "first")
    finish(lake, "first")
    lake.backup_sql.restored = []
    fill_pond(lake, backup="first")
    lake.run(lambda: restored(lake).get("phase") == "Done")
    assert restored(lake)["differing"] == ["default.orders: missing"]


def test_a_backup_that_is_being_restored_is_not_deleted(lake: Stage) -> None:
    ask(lake, "first")
    finish(lake, "first")
    lake.backup_sql.takes = 1000
    fill_pond(lake, backup="first")
    lake.run(lambda: restored(lake).get("phase") == "Restoring")
    lake.delete("Backup", "first")
    lake.one_round()
    assert status(lake, "first")["message"] == "a restore reads it"
    lake.backup_sql.operations = dict.fromkeys(lake.backup_sql.operations, 0)
    lake.backup_sql.takes = 1
    lake.run(lambda: restored(lake).get("phase") == "Done" and gone(lake, "first"))


def test_a_controller_that_dies_in_a_restore_goes_on(lake: Stage) -> None:
    ask(lake, "first")
    finish(lake, "first")
    fill_pond(lake, backup="first")
    lake.run_until_running("pool")
    for dies_at in range(8):
        stage = lake.copy()
        stage.kube.writes, stage.kube.dies_at = 0, dies_at
        stage.run(lambda stage=stage: restored(stage).get("phase") == "Done")
        begun = [identity for identity in stage.backup_sql.sent if identity.startswith("restore")]
        assert [identity.rsplit("-", 2)[1] for identity in begun] == ["structure", "data"]


def test_a_bucket_that_refuses_now_and_then_does_not_spoil_a_restore(lake: Stage) -> None:
    ask(lake, "first")
    finish(lake, "first")
    fill_pond(lake, backup="first")
    lake.run_until_running("pool")
    lake.backup_sql.errors = ["denied", "", "denied", "denied"]
    lake.run(lambda: restored(lake).get("phase") == "Done")
    begun = [each for each in lake.backup_sql.sent if each.startswith("restore")]
    ends = ["-".join(each.rsplit("-", 2)[1:]) for each in begun]
    assert ends == ["structure-1", "structure-2", "data-1", "data-2", "data-3"]
    assert lake.backup_sql.held == set(), "merges go on"
    assert restored(lake)["reason"] == "FiguresEqual"


SLEEPY = PRIMARY | {"idle": {"enabled": True, "timeoutMinutes": 15}}


def asleep(stage: Stage) -> bool:
    return bool(stage.status("main").get("phase") == "Idle")


def sleeping_lake() -> Stage:
    """A primary that was queried, and then fell asleep before its first backup was due."""
    stage = Stage().warehouse_with(main=SLEEPY).run_until_running("main")
    stage.kube.patch(
        f"{GROUP}/Warehouse", "clickhouse", "lake", {"spec": {"backup": {"periodHours": 6}}}
    )
    stage.kube.tick(900)
    return stage.run(lambda: asleep(stage))


def test_a_sleeping_primary_wakes_for_a_backup_that_has_something_to_save() -> None:
    stage = sleeping_lake()
    stage.kube.tick(6 * HOUR)
    stage.run(lambda: not asleep(stage))
    stage.run(
        lambda: any(
            status(stage, b["metadata"]["name"]).get("phase") == "Done" for b in backups(stage)
        )
    )
    stage.kube.tick(900)
    stage.run(lambda: asleep(stage))
    assert len(backups(stage)) == 1


def test_what_has_not_changed_is_not_backed_up_again_and_counts_as_fresh() -> None:
    stage = sleeping_lake()
    stage.kube.tick(6 * HOUR)
    stage.run(lambda: len(backups(stage)) == 1 and not asleep(stage))
    stage.kube.tick(900)
    stage.run(lambda: asleep(stage))
    for _ in range(3):
        stage.kube.tick(6 * HOUR)
        stage.one_round()
        assert (asleep(stage), len(backups(stage))) == (True, 1)
    assert last_backup(stage) == stage.kube.now.timestamp()
    ask_awake(stage)
    stage.run(lambda: len(backups(stage)) == 2)


def test_a_query_after_the_backup_is_saved_by_the_next_one() -> None:
    stage = sleeping_lake()
    stage.kube.tick(6 * HOUR)
    stage.run(lambda: len(backups(stage)) == 1 and not asleep(stage))
    stage.run(lambda: stage.is_running("main"))
    stage.kube.tick(300)
    [*rids] = stage.serving("main")
    stage.databases.quiet_for = dict.fromkeys(rids, timedelta(minutes=1))
    stage.one_round()
    stage.kube.tick(960)
    stage.databases.quiet_for = dict.fromkeys(rids, timedelta(minutes=17))
    stage.run(lambda: asleep(stage))
    stage.databases.quiet_for = {}
    stage.kube.tick(6 * HOUR)
    stage.run(lambda: len(backups(stage)) == 2 and not asleep(stage))


def test_a_backup_that_people_ask_for_wakes_it_once() -> None:
    stage = sleeping_lake()
    ask(stage, "now")
    stage.one_round()
    assert status(stage, "now")["reason"] == "PrimaryAsleep"
    finish(stage, "now")


def test_a_primary_stopped_by_hand_is_not_woken_for_a_backup() -> None:
    stage = sleeping_lake()
    stage.edit("main", desired="Stopped")
    stage.run(lambda: stage.status("main").get("phase") == "Stopped")
    ask(stage, "now")
    for _ in range(5):
        stage.one_round()
        stage.kube.tick(600)
    assert status(stage, "now")["reason"] == "NoReplicaServes"
    assert stage.status("main")["phase"] == "Stopped"


def ask_awake(stage: Stage) -> None:
    call = {"metadata": {"annotations": {WAKE: "somebody"}}}
    stage.kube.patch(f"{GROUP}/Service", "clickhouse", "main", call)


def last_backup(stage: Stage) -> float:
    [family] = stage.world.backups.metrics.last.collect()
    return family.samples[0].value
