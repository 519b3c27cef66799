"""Backups on the running stack: made under load, restored elsewhere, and let go in their order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client
from lightkube import ApiError
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Secret

from control.warehouses.names import API_VERSION
from tests.stack.checkout import Checkout
from tests.stack.operating import (
    BACKUPS,
    SERVICES,
    WAREHOUSES,
    kill_controller,
)
from tests.stack.sql import (
    NAMESPACE,
    cell,
    connect,
    password,
    replica_addresses,
    service_address,
)
from tests.stack.traffic import BATCH, Connection, Traffic, Writer
from tests.waiting import wait_for

TABLE = "ledger"
WRITTEN_BEFORE, WRITTEN_AFTER = 20, 5
RESTORED, ELSEWHERE = "again", "elsewhere"
OWN_BUCKET, KEYS = "a-bucket-of-our-own", "own-bucket-keys"
WITHIN_S = 300


@pytest.fixture(scope="module")
def ledger(stack: Checkout) -> Iterator[Client]:
    """A table in the data bucket, and a user who may read it."""
    primary = connect(stack, service_address(stack, "primary"))
    columns = "(writer String, batch UInt32, n UInt8)"
    primary.command(f"CREATE TABLE {TABLE} {columns} ORDER BY (writer, batch, n)")
    primary.command("CREATE USER auditor IDENTIFIED BY 'only-for-this-test'")
    primary.command(f"GRANT SELECT ON default.{TABLE} TO auditor")
    yield primary
    primary.command(f"DROP TABLE {TABLE} SYNC")
    primary.command("DROP USER auditor")


@pytest.fixture(scope="module")
def under_load(stack: Checkout, ledger: Client) -> dict[str, Any]:
    """A backup that was made while both replicas were written to."""
    secret = password(stack)

    def to(address: str) -> Connection:
        return Connection(address=lambda: address, password=secret)

    addresses = replica_addresses(stack, "primary")
    writers = [Writer(name=each, connection=to(each), table=TABLE) for each in addresses]
    with Traffic(writers) as load:
        wait_for(lambda: load.queries > WRITTEN_BEFORE, within_s=60, what="rows")
        before = load.queries
        made = stack.byoc("backup", "create", "main", "--name", "under-load", "--full", "--json")
        enough = before + WRITTEN_AFTER
        wait_for(lambda: load.queries > enough, within_s=60, what="rows after it")
    assert load.failures == []
    found: dict[str, Any] = json.loads(made.ok().out)
    return found


@pytest.fixture(scope="module")
def restored(stack: Checkout, under_load: dict[str, Any]) -> Iterator[Client]:
    """Its bucket refuses to be read at first, as one does whose policy is being changed."""
    asked = ("backup", "restore", RESTORED, "--backup", under_load["name"])
    try:
        with refused(stack, under_load):
            stack.byoc(*asked, "--no-wait").ok()
            wait_for(
                lambda: restoring(stack, RESTORED).get("reason") == "BackingOff",
                within_s=WITHIN_S,
                what="a refused restore that is tried again",
            )
        wait_for(lambda: has_ended(stack, RESTORED), within_s=WITHIN_S, what="a restore")
        yield connect(stack, service_address(stack, RESTORED, RESTORED), warehouse=RESTORED)
    finally:
        clear_away(stack, RESTORED)


@contextmanager
def refused(stack: Checkout, backup: Mapping[str, Any]) -> Iterator[None]:
    bucket, prefix = place_of(backup)
    s3 = stack.aws("s3")
    policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    document = json.loads(policy)
    document["Statement"].append(
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:GetObject", "s3:HeadObject"],
            "Resource": f"arn:aws:s3:::{bucket}/{prefix}*",
        }
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))
    try:
        yield
    finally:
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)


@pytest.fixture(scope="module")
def elsewhere(stack: Checkout, under_load: dict[str, Any]) -> Iterator[Client]:
    """A warehouse filled from a place in a bucket, with a bucket of its own for its backups."""
    bucket, _ = place_of(under_load)
    known = status(stack, under_load["name"])
    location = {"bucket": bucket, "prefix": known["place"]["prefix"], "path": known["path"]}
    own = {"name": OWN_BUCKET, "path": "clickhouse", "credentialsSecret": KEYS}
    source = dict(stack.kube().get(WAREHOUSES, "main", namespace=NAMESPACE))["spec"]
    spec = {key: source[key] for key in ("version", "image", "storageProfile") if key in source}
    with own_bucket(stack):
        try:
            create(
                stack,
                WAREHOUSES,
                ELSEWHERE,
                {
                    **spec,
                    "keeper": {"replicas": 1},
                    "dataRetention": "delete",
                    "restoreFrom": {"location": location},
                    "backup": {"enabled": False, "bucket": own},
                },
            )
            memory = {"minGib": 8, "maxGib": 8}
            primary = {"warehouse": ELSEWHERE, "role": "primary", "replicas": 2, "memory": memory}
            create(stack, SERVICES, ELSEWHERE, primary)
            wait_for(lambda: has_ended(stack, ELSEWHERE), within_s=WITHIN_S, what="a restore")
            address = service_address(stack, ELSEWHERE, ELSEWHERE)
            yield connect(stack, address, warehouse=ELSEWHERE)
        finally:
            clear_away(stack, ELSEWHERE)


@contextmanager
def own_bucket(stack: Checkout) -> Iterator[None]:
    """With a user of its own, whose key may use it and nothing else."""
    s3, iam, kube = stack.aws("s3"), stack.aws("iam"), stack.kube()
    s3.create_bucket(Bucket=OWN_BUCKET)
    iam.create_user(UserName=KEYS)
    statement = {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{OWN_BUCKET}", f"arn:aws:s3:::{OWN_BUCKET}/clickhouse/*"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=KEYS, PolicyName=KEYS, PolicyDocument=policy)
    key = iam.create_access_key(UserName=KEYS)["AccessKey"]
    words = {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}
    kube.create(Secret(metadata=ObjectMeta(name=KEYS, namespace=NAMESPACE), stringData=words))
    try:
        yield
    finally:
        kube.delete(Secret, KEYS, namespace=NAMESPACE)
        iam.delete_access_key(UserName=KEYS, AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName=KEYS, PolicyName=KEYS)
        iam.delete_user(UserName=KEYS)
        assert keys_below(stack, OWN_BUCKET, "") == [], "backups were erased before"
        s3.delete_bucket(Bucket=OWN_BUCKET)


def create(stack: Checkout, kind: Any, name: str, spec: dict[str, Any]) -> None:
    metadata = {"name": name, "namespace": NAMESPACE}
    document = {"apiVersion": API_VERSION, "metadata": metadata, "spec": spec}
    stack.kube().create(kind.from_dict(document))


def clear_away(stack: Checkout, warehouse: str) -> None:
    kube = stack.kube()
    for kind in (SERVICES, WAREHOUSES):
        try:
            kube.delete(kind, warehouse, namespace=NAMESPACE)
        except ApiError as error:
            assert error.status.code == 404, error
    wait_for(
        lambda: warehouse not in names(stack, WAREHOUSES),
        within_s=WITHIN_S,
        what=f"warehouse {warehouse} gone",
    )


def names(stack: Checkout, kind: Any = BACKUPS) -> set[str]:
    return {each["metadata"]["name"] for each in stack.kube().list(kind, namespace=NAMESPACE)}


def status(stack: Checkout, backup: str) -> dict[str, Any]:
    return dict(stack.kube().get(BACKUPS, backup, namespace=NAMESPACE).get("status") or {})


def restoring(stack: Checkout, warehouse: str) -> dict[str, Any]:
    found = dict(stack.kube().get(WAREHOUSES, warehouse, namespace=NAMESPACE))
    return dict((found.get("status") or {}).get("restore") or {})


def has_ended(stack: Checkout, warehouse: str) -> bool:
    seen = restoring(stack, warehouse)
    assert seen.get("phase") != "Failed", seen
    return seen.get("phase") == "Done"


def place_of(backup: Mapping[str, Any]) -> tuple[str, str]:
    bucket, _, prefix = backup["location"].removeprefix("s3://").partition("/")
    return bucket, prefix


def keys_below(stack: Checkout, bucket: str, prefix: str) -> list[str]:
    listed = stack.aws("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [each["Key"] for each in listed.get("Contents") or ()]


def counted(client: Client, batches: set[tuple[str, int]]) -> Any:
    """Rows of whole inserts, with a checksum over all that is in them."""
    query = f"""
    SELECT count(), sum(cityHash64(writer, batch, n)) FROM {TABLE}
    WHERE (writer, batch) IN {{batches:Array(Tuple(String, UInt32))}}
    """
    return client.query(query, parameters={"batches": sorted(batches)}).result_rows


def test_a_drill_restores_compares_and_leaves_nothing(
    stack: Checkout, under_load: dict[str, Any]
) -> None:
    before = names(stack, WAREHOUSES)
    done = json.loads(stack.byoc("backup", "drill", "main", "--json").ok().out)
    assert (done["reason"], done["differing"]) == ("FiguresEqual", [])
    assert done["backup"] == under_load["name"]
    assert done["tables"] >= 1
    wait_for(lambda: names(stack, WAREHOUSES) == before, within_s=WITHIN_S, what="it deleted")


def test_a_backup_under_load_restores_to_equal_checksums(
    stack: Checkout, ledger: Client, under_load: dict[str, Any], restored: Client
) -> None:
    """Whole inserts only, and what was restored is what the source holds of them."""
    assert restoring(stack, RESTORED)["reason"] == "FiguresEqual"
    [figures] = [each for each in under_load["tables"] if each["table"] == TABLE]
    assert figures["rows"] > WRITTEN_BEFORE * BATCH
    assert cell(restored, f"SELECT count() FROM {TABLE}") == figures["rows"]
    batches = set(restored.query(f"SELECT DISTINCT writer, batch FROM {TABLE}").result_rows)
    assert len(batches) * BATCH == figures["rows"]
    assert counted(restored, batches) == counted(ledger, batches)


def test_every_replica_of_the_new_warehouse_has_the_rows(
    restored: Client, under_load: dict[str, Any]
) -> None:
    query = f"SELECT count() FROM clusterAllReplicas('default', default.{TABLE})"
    expected = 2 * sum(t["rows"] for t in under_load["tables"] if t["table"] == TABLE)
    assert cell(restored, query) == expected


def test_the_new_warehouse_shares_nothing_with_the_old_one(
    ledger: Client, restored: Client
) -> None:
    paths = "SELECT DISTINCT splitByChar('/', remote_path)[1] FROM system.remote_data_paths"
    paths += " WHERE disk_name LIKE '%objects%'"
    ours, theirs = (
        {row[0] for row in client.query(paths).result_rows} for client in (restored, ledger)
    )
    assert ours
    assert all(prefix.startswith(f"ch-s3-{RESTORED}-") for prefix in ours)
    assert not ours & theirs
    for identity in (
        f"SELECT uuid FROM system.tables WHERE database = 'default' AND name = '{TABLE}'",
        "SELECT uuid FROM system.databases WHERE name = 'default'",
    ):
        assert cell(restored, identity) != cell(ledger, identity)


def test_users_come_along(stack: Checkout, restored: Client) -> None:
    login = ("auditor", "only-for-this-test")
    auditor = connect(stack, service_address(stack, RESTORED, RESTORED), login=login)
    count = f"SELECT count() FROM {TABLE}"
    assert cell(auditor, count) == cell(restored, count)


def test_a_warehouse_is_filled_from_a_place_and_backed_up_to_a_bucket_of_its_own(
    stack: Checkout, restored: Client, elsewhere: Client
) -> None:
    batches = set(restored.query(f"SELECT DISTINCT writer, batch FROM {TABLE}").result_rows)
    assert counted(elsewhere, batches) == counted(restored, batches)
    done = stack.byoc("backup", "create", ELSEWHERE, "--name", "own", "--json").ok()
    assert json.loads(done.out)["location"].startswith(f"s3://{OWN_BUCKET}/clickhouse/")
    assert len(keys_below(stack, OWN_BUCKET, "clickhouse/")) > 1
    stack.byoc("backup", "delete", "own", "--yes").ok()
    assert keys_below(stack, OWN_BUCKET, "") == []


def test_a_controller_killed_in_the_middle_makes_one_backup_all_the_same(
    stack: Checkout, under_load: dict[str, Any]
) -> None:
    stack.byoc("backup", "create", "main", "--name", "killed", "--no-wait").ok()
    wait_for(lambda: status(stack, "killed").get("id"), within_s=30, what="the backup begun")
    kill_controller(stack)
    wait_for(
        lambda: status(stack, "killed").get("phase") == "Done", within_s=120, what="the backup"
    )
    made = status(stack, "killed")
    assert (made["attempt"], made["type"], made["base"]) == (1, "incremental", under_load["name"])


def test_a_base_goes_only_after_its_increments(
    stack: Checkout, under_load: dict[str, Any], restored: Client
) -> None:
    stack.byoc("backup", "create", "main", "--name", "increment").ok()
    increment = json.loads(stack.byoc("backup", "show", "increment", "--json").ok().out)
    assert increment["type"] == "incremental"
    stack.byoc("backup", "delete", under_load["name"], "--yes", "--no-wait").ok()
    wait_for(
        lambda: status(stack, under_load["name"]).get("reason") == "StillNeeded",
        within_s=60,
        what="the base kept",
    )
    assert keys_below(stack, *place_of(under_load))
    for name in names(stack) - {under_load["name"]}:
        stack.byoc("backup", "delete", name, "--yes", "--no-wait").ok()
    wait_for(lambda: not names(stack), within_s=120, what="all gone")
    assert keys_below(stack, *place_of(under_load)) == []
    assert keys_below(stack, *place_of(increment)) == []
    assert cell(restored, f"SELECT count() FROM {TABLE}") > 0, "what was restored stands by itself"
