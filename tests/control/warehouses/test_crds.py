import json
from typing import Any

import pytest

from control.controller.kube_client import BACKUP, SERVICE, WAREHOUSE, KubeClient, KubeError
from control.warehouses.crds import crd_documents
from tests.control.warehouses import documents
from tests.control.warehouses.documents import PRIMARY, READER, changed

KINDS = {"Warehouse": WAREHOUSE, "Service": SERVICE, "Backup": BACKUP}
ROLE = "arn:aws:iam::111111111111:role/ClickHouseAccessRole-backups"
REFUSED = {
    "name too long": (PRIMARY, "metadata.name", "a" * 21, "is 1 to 20 lower-case letters"),
    "name begins with a digit": (PRIMARY, "metadata.name", "1st", "begins with a letter"),
    "unknown role": (PRIMARY, "spec.role", "main", "Unsupported value"),
    "read-only primary": (
        PRIMARY,
        "spec.access",
        "readOnly",
        "primary of a warehouse is readWrite",
    ),
    "primary of one": (PRIMARY, "spec.replicas", 1, "at least 2 replicas"),
    "21 replicas": (READER, "spec.replicas", 21, "less than or equal to 20"),
    "no replicas": (READER, "spec.replicas", 0, "greater than or equal to 1"),
    "10 GiB": (READER, "spec.memory.minGib", 10, "multiple of 4"),
    "4 GiB": (READER, "spec.memory.minGib", 4, "greater than or equal to 8"),
    "360 GiB": (READER, "spec.memory.maxGib", 360, "less than or equal to 356"),
    "bounds crossed": (PRIMARY, "spec.memory.minGib", 20, "must not be above memory.maxGib"),
    "wanted memory out of bounds": (PRIMARY, "spec.memory.gib", 20, "must lie between"),
    "no memory": (PRIMARY, "spec.memory", None, "Required value"),
    "bad network": (
        PRIMARY,
        "spec.allowlist",
        [{"cidr": "10.0.0.0/33"}],
        "must be a network",
    ),
    "TLS without a certificate": (
        PRIMARY,
        "spec.tls",
        {"hosts": ["db.example.com"]},
        "spec.tls.secret: Required value",
    ),
    "a name in capitals": (
        PRIMARY,
        "spec.tls",
        {"secret": "certificate", "hosts": ["DB.example.com"]},
        "spec.tls.hosts[0]",
    ),
    "schedule of nothing": (
        PRIMARY,
        "spec.schedule",
        [{"name": "night", "at": "22:00"}],
        "either replicas or memoryGib",
    ),
    "time that is none": (
        PRIMARY,
        "spec.schedule",
        [{"name": "night", "at": "24:00", "replicas": 2}],
        "spec.schedule[0].at",
    ),
    "zero copy unasked": (
        documents.WAREHOUSE,
        "spec.storageProfile",
        "zero_copy",
        "set acceptExperimental to true",
    ),
    "shared objects on a volume": (
        changed(documents.WAREHOUSE, "spec.disk", "volume"),
        "spec.storageProfile",
        "smt",
        "disk must be objectStorage",
    ),
    "zero copy encrypted": (
        changed(documents.WAREHOUSE, "spec.encryption", {}),
        "spec",
        {"storageProfile": "zero_copy", "acceptExperimental": True, "encryption": {}},
        "cannot be encrypted",
    ),
    "another data key for shared objects": (
        documents.WAREHOUSE,
        "spec",
        {"storageProfile": "smt", "encryption": {"dataKeys": 2}},
        "encryption.dataKeys must be 1",
    ),
    "no data key": (
        documents.WAREHOUSE,
        "spec.encryption",
        {"dataKeys": 0},
        "greater than or equal to 1",
    ),
    "window at any hour": (
        documents.WAREHOUSE,
        "spec.maintenanceWindow",
        {"weekday": "Sun", "startHourUtc": 5},
        "spec.maintenanceWindow.startHourUtc",
    ),
    "window on any day": (
        documents.WAREHOUSE,
        "spec.maintenanceWindow",
        {"startHourUtc": 6},
        "spec.maintenanceWindow.weekday",
    ),
    "even Keeper": (documents.WAREHOUSE, "spec.keeper.replicas", 2, "Unsupported value"),
    "backup period that is none": (
        documents.WAREHOUSE,
        "spec.backup",
        {"periodHours": 7},
        "Unsupported value",
    ),
    "backup at half past": (
        documents.WAREHOUSE,
        "spec.backup",
        {"startTime": "03:30"},
        "spec.backup.startTime",
    ),
    "role and key for one bucket": (
        documents.WAREHOUSE,
        "spec.backup",
        {"bucket": {"name": "ours", "credentialsSecret": "keys", "roleArn": ROLE}},
        "roleArn or credentialsSecret",
    ),
    "a role that may not be taken on": (
        documents.WAREHOUSE,
        "spec.backup",
        {"bucket": {"name": "ours", "roleArn": "arn:aws:iam::111111111111:role/Admin"}},
        "spec.backup.bucket.roleArn",
    ),
    "restored from two": (
        documents.WAREHOUSE,
        "spec.restoreFrom",
        {"backup": "asked", "warehouse": "pond"},
        "one of backup, warehouse and location",
    ),
    "restored from nothing": (
        documents.WAREHOUSE,
        "spec.restoreFrom",
        {},
        "one of backup, warehouse and location",
    ),
    "a moment of one backup": (
        documents.WAREHOUSE,
        "spec.restoreFrom",
        {"backup": "asked", "at": "2026-01-01T00:00:00Z"},
        "restoreFrom.at goes with warehouse",
    ),
    "backup of nothing": (documents.BACKUP, "spec.warehouse", None, "Required value"),
    "scheduled for no time": (
        documents.BACKUP,
        "spec.trigger",
        "schedule",
        "has scheduledFor",
    ),
    "version that is none": (documents.WAREHOUSE, "spec.version", "latest", "spec.version"),
}

FIXED = {
    "role": (PRIMARY, {"role": "secondary"}, "role is fixed"),
    "access": (READER, {"access": "readWrite"}, "access is fixed"),
    "warehouse": (READER, {"warehouse": "pond"}, "warehouse is fixed"),
    "several to one": (
        changed(READER, "spec.replicas", 2),
        {"replicas": 1},
        "does not shrink to one",
    ),
    "storage profile": (
        documents.WAREHOUSE,
        {"storageProfile": "smt"},
        "storageProfile is fixed",
    ),
    "disk": (documents.WAREHOUSE, {"disk": "volume"}, "disk is fixed"),
    "encryption": (documents.WAREHOUSE, {"encryption": {}}, "encryption is chosen at creation"),
    "fewer data keys": (
        changed(documents.WAREHOUSE, "spec.encryption", {"dataKeys": 2}),
        {"encryption": {"dataKeys": 1}},
        "a data key stays as long as files may need it",
    ),
    "what it was restored from": (
        documents.WAREHOUSE,
        {"restoreFrom": {"backup": "asked"}},
        "restoreFrom is fixed",
    ),
    "what a backup is of": (documents.BACKUP, {"warehouse": "pond"}, "spec is fixed"),
    "the volume of a Keeper member": (
        documents.WAREHOUSE,
        {"keeper": {"volumeGib": 5}},
        "keeper.volumeGib is fixed",
    ),
}


def test_the_documents_are_plain_data_and_fresh_each_time() -> None:
    assert json.loads(json.dumps(crd_documents())) == crd_documents()
    crd_documents()[0]["spec"].clear()
    assert crd_documents()[0]["spec"]["group"] == "byoc.clickhouse.dev"


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("document", "path", "value", "because"), REFUSED.values(), ids=REFUSED.keys()
)
def test_refused(
    kube: KubeClient, document: dict[str, Any], path: str, value: object, because: str
) -> None:
    with pytest.raises(KubeError) as refused:
        kube.create(changed(document, path, value))
    assert because in str(refused.value)


@pytest.fixture
def made(kube: KubeClient, request: pytest.FixtureRequest) -> Any:
    document = request.param
    kube.create(document)
    yield document
    kind = KINDS[document["kind"]]
    kube.delete(kind, "clickhouse", document["metadata"]["name"])


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("made", "change", "because"), FIXED.values(), ids=FIXED.keys(), indirect=["made"]
)
def test_fixed_after_creation(
    kube: KubeClient, made: dict[str, Any], change: dict[str, Any], because: str
) -> None:
    kind = KINDS[made["kind"]]
    with pytest.raises(KubeError) as refused:
        kube.patch(kind, "clickhouse", made["metadata"]["name"], {"spec": change})
    assert because in str(refused.value)


@pytest.mark.cluster
@pytest.mark.parametrize("made", [changed(documents.WAREHOUSE, "spec", {})], indirect=True)
def test_an_empty_warehouse_gets_the_defaults(kube: KubeClient, made: dict[str, Any]) -> None:
    found = kube.find(WAREHOUSE, "clickhouse", "lake")
    assert found is not None
    assert found["spec"]["storageProfile"] == "replicated"
    assert found["spec"]["keeper"]["replicas"] == 3
    assert found["spec"]["dataRetention"] == "retain"
    daily = {"enabled": True, "periodHours": 24, "retentionHours": 24}
    assert found["spec"]["backup"] == daily
