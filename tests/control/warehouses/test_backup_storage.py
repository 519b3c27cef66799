"""The disks on which a warehouse's backups lie, by what they mean to a server."""

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from control.warehouses.backup import BackupPlan, OwnBucket
from control.warehouses.backup_statements import backup, restore_data, restore_structure
from control.warehouses.backup_storage import backup_place
from control.warehouses.model import Disk, Warehouse
from control.warehouses.replica_manifests import pod_spec, spec_hash
from control.warehouses.restore import Restore, RestorePhase
from control.warehouses.server_config import server_config
from control.warehouses.users_config import users_config
from tests.control.warehouses.samples import DEPLOYMENT, LAKE, MAIN

WITH_BUCKET = replace(DEPLOYMENT, backup_bucket="acme-backup")
KEYS = OwnBucket(bucket="ours", path="/clickhouse/", region="eu-west-1", secret="their-keys")
ROLE = OwnBucket(bucket="ours", role_arn="arn:aws:iam::1:role/ClickHouseAccessRole-b")
OTHER = replace(LAKE, name="pond", uid="99999999-0000")


def config(warehouse: Warehouse = LAKE) -> ElementTree.Element:
    return ElementTree.fromstring(server_config(WITH_BUCKET, warehouse, MAIN, "k3x9q2"))


def own(bucket: OwnBucket) -> Warehouse:
    return replace(LAKE, backup=BackupPlan(own_bucket=bucket))


def disk(warehouse: Warehouse, place_of: Warehouse | None = None) -> ElementTree.Element:
    place = backup_place(WITH_BUCKET, place_of or warehouse)
    assert place is not None
    found = config(warehouse).find(f"storage_configuration/disks/{place.disk}")
    assert found is not None
    return found


@pytest.mark.parametrize("kind", list(Disk))
def test_backups_lie_below_the_prefix_of_their_warehouse_alone(kind: Disk) -> None:
    made = disk(replace(LAKE, disk=kind))
    assert made.findtext("endpoint") == (
        "https://s3.eu-central-1.amazonaws.com/acme-backup/ch-s3-lake-0a1b2c3d/backups/"
    )
    assert made.findtext("use_environment_credentials") == "1"
    assert made.findtext("skip_access_check") == "1"


def test_no_other_disk_takes_backups() -> None:
    place = backup_place(WITH_BUCKET, LAKE)
    assert place is not None
    assert [e.text for e in config().findall("backups/allowed_disk")] == [place.disk]
    assert config().find("backups/allowed_path") is None


def test_without_a_bucket_nothing_is_allowed() -> None:
    made = ElementTree.fromstring(server_config(DEPLOYMENT, LAKE, MAIN, "k3x9q2"))
    assert made.find("backups") is None
    assert backup_place(DEPLOYMENT, LAKE) is None


def test_keys_of_an_own_bucket_come_from_its_secret_by_the_environment() -> None:
    made = disk(own(KEYS))
    assert made.findtext("endpoint") == (
        "https://s3.eu-west-1.amazonaws.com/ours/clickhouse/ch-s3-lake-0a1b2c3d/backups/"
    )
    assert made.find("use_environment_credentials") is None
    env: list[dict[str, Any]] = pod_spec(WITH_BUCKET, own(KEYS), MAIN, "r")["containers"][0]["env"]
    given = {each["name"]: each["valueFrom"].get("secretKeyRef") for each in env}
    for key in ("access_key_id", "secret_access_key"):
        element = made.find(key)
        assert element is not None
        assert element.text is None
        assert given[element.get("from_env", "")] == {"name": "their-keys", "key": key}


def test_a_role_of_an_own_bucket_is_taken_on() -> None:
    made = disk(own(ROLE))
    assert made.findtext("role_arn") == ROLE.role_arn
    assert made.findtext("use_environment_credentials") == "1"


def test_a_restored_warehouse_reads_the_other_place_under_the_other_s_name() -> None:
    """Increments name their base by disk: with another name a chain could not be read."""
    source = backup_place(WITH_BUCKET, LAKE)
    restored = replace(OTHER, restore=Restore(phase=RestorePhase.DONE, place=source))
    assert disk(restored, LAKE).findtext("endpoint") == disk(LAKE).findtext("endpoint")
    assert disk(restored, OTHER).findtext("endpoint") != disk(LAKE).findtext("endpoint")
    assert len(config(restored).findall("backups/allowed_disk")) == 2


def test_progress_of_a_restore_and_the_schedule_replace_no_replica() -> None:
    source = backup_place(WITH_BUCKET, LAKE)
    chosen = replace(OTHER, restore=Restore(phase=RestorePhase.CHOSEN, place=source))
    ended = replace(OTHER, restore=Restore(phase=RestorePhase.DONE, place=source, rid="a"))
    assert spec_hash(WITH_BUCKET, chosen, MAIN) == spec_hash(WITH_BUCKET, ended, MAIN)
    often = replace(LAKE, backup=BackupPlan(period_hours=6, retention_hours=72))
    assert spec_hash(WITH_BUCKET, often, MAIN) == spec_hash(WITH_BUCKET, LAKE, MAIN)


def test_who_restores_users_may_give_them_all_that_others_have() -> None:
    users = ElementTree.fromstring(users_config("replicated", MAIN))
    for name in ("default", "byoc_operator"):
        assert users.findtext(f"users/{name}/named_collection_control") == "1"


def test_statements_name_what_they_take_and_hold_no_credentials() -> None:
    made = backup(["default", "o`dd"], "backups_1", "b-1/2", "b-1-2", "b-0/1")
    assert made.startswith("BACKUP DATABASE `default`, DATABASE `o\\`dd`, TABLE system.users, ")
    assert made.endswith(
        " TO Disk('backups_1', 'b-1/2') SETTINGS id = 'b-1-2',"
        " decrypt_files_from_encrypted_disks = 1,"
        " base_backup = Disk('backups_1', 'b-0/1') ASYNC"
    )
    structure, data = (
        render(["default"], "backups_1", "b-1/2", "r")
        for render in (restore_structure, restore_data)
    )
    assert "structure_only = 1" in structure
    assert "system.users" not in structure
    assert "system.users" in data
    assert "allow_non_empty_tables" not in data
