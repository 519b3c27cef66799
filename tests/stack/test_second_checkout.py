"""A second checkout beside the first: interrupted while it comes up, destroyed, and taken down."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
import pytest
from lightkube.resources.core_v1 import Namespace, PersistentVolume, Pod

from control.warehouses.names import API_VERSION
from tests.stack.checkout import Checkout, clone
from tests.stack.conftest import processes_below
from tests.stack.operating import BACKUPS, SERVICES, WAREHOUSES
from tests.stack.sql import NAMESPACE
from tests.waiting import wait_for

INTERRUPTIONS_S = (0.5, 2.0, 4.0)
FIGURES = "SELECT count(), sum(cityHash64(n)) FROM kept"


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Up, after having been killed a few times on the way."""
    checkout = clone(tmp_path_factory.mktemp("second") / "clone")
    byoc = str(checkout.folder / ".venv" / "bin" / "byoc")
    for after_s in INTERRUPTIONS_S:
        started = subprocess.Popen(
            [byoc, "local", "up"],
            cwd=checkout.folder,
            env=checkout.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(after_s)  # the moment of the interruption, not a wait for something
        started.send_signal(signal.SIGKILL)
        started.wait()
    checkout.run("make", "up").ok()
    yield checkout
    checkout.run("make", "down").ok()
    assert not checkout.state_dir.exists()
    assert processes_below(checkout.folder) == []


def test_it_has_addresses_of_its_own(second: Checkout) -> None:
    rows = json.loads(second.byoc("local", "status", "--json").ok().out)
    block = json.loads((second.state_dir / "instance.json").read_text())["block"]
    servers = [row for row in rows if row["address"].startswith("127.")]
    servers = [row for row in servers if not row["part"].startswith("pod ")]
    assert {row["part"] for row in servers} == {"aws", "kubernetes", "kubelet"}
    assert all(row["address"].startswith(f"127.{block}.") for row in servers)
    assert all(row["health"] == "ready" for row in servers)


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A backup, as somebody copies it to another account."""

    place: str
    path: str
    objects: dict[str, bytes]
    figures: str


@pytest.fixture(scope="module")
def carried(second: Checkout) -> Carried:
    second.byoc("sql", "primary", "CREATE TABLE kept (n UInt64) ORDER BY n").ok()
    second.byoc("sql", "primary", "INSERT INTO kept SELECT number FROM numbers(1000)").ok()
    second.byoc("backup", "create", "main", "--name", "carried").ok()
    found = second.kube().get(BACKUPS, "carried", namespace=NAMESPACE)["status"]
    bucket, place = found["place"]["bucket"], found["place"]["prefix"]
    s3 = second.aws("s3")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{place}{found['path']}/")["Contents"]
    keys = [each["Key"] for each in listed]
    return Carried(
        place=place,
        path=found["path"],
        objects={key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys},
        figures=second.byoc("sql", "primary", FIGURES).ok().out,
    )


def test_destroy_leaves_nothing(second: Checkout, carried: Carried) -> None:
    second.byoc("destroy", "--stack", "local", "--yes", "--delete-data", "local").ok()
    state = json.loads(second.pulumi("stack", "export").ok().out)
    assert [resource["urn"] for resource in state["deployment"].get("resources", [])] == []
    assert leftovers_in_aws(second) == {}
    kube = second.kube()
    names = {space.metadata.name for space in kube.list(Namespace) if space.metadata}
    assert names == {"default", "kube-node-lease", "kube-public", "kube-system"}
    assert list(kube.list(Pod, namespace="*")) == []
    assert list(kube.list(PersistentVolume)) == []
    assert [line for line in processes_below(second.state_dir) if "bwrap" in line] == []


def test_after_a_reboot_it_starts_empty_and_says_so(second: Checkout) -> None:
    for name in ("aws", "kubernetes", "kubelet"):
        record = json.loads((second.state_dir / "run" / f"{name}.json").read_text())
        psutil.Process(record["pid"]).kill()
    said = second.byoc("local", "up").ok().err
    assert "starting with an empty cloud" in said
    second.byoc("local", "status").ok()
    assert second.pulumi("stack", "export").ok().out


def leftovers_in_aws(checkout: Checkout) -> dict[str, list[str]]:
    """What of a deployment is still in the customer's account, by kind."""
    ec2, s3, iam = checkout.aws("ec2"), checkout.aws("s3"), checkout.aws("iam")
    ours = [{"Name": "tag:clickhouse-byoc", "Values": ["true"]}]
    found = {
        "vpcs": [v["VpcId"] for v in ec2.describe_vpcs(Filters=ours)["Vpcs"]],
        "addresses": [a["AllocationId"] for a in ec2.describe_addresses()["Addresses"]],
        "nat": [
            n["NatGatewayId"]
            for n in ec2.describe_nat_gateways()["NatGateways"]
            if n["State"] != "deleted"
        ],
        "templates": [
            t["LaunchTemplateName"] for t in ec2.describe_launch_templates()["LaunchTemplates"]
        ],
        "buckets": [b["Name"] for b in s3.list_buckets()["Buckets"]],
        "roles": [
            r["RoleName"]
            for r in iam.list_roles()["Roles"]
            if "/aws-service-role/" not in r["Path"]
        ],
        "policies": [p["PolicyName"] for p in iam.list_policies(Scope="Local")["Policies"]],
        "clusters": checkout.aws("eks").list_clusters()["clusters"],
        "log groups": [
            g["logGroupName"] for g in checkout.aws("logs").describe_log_groups()["logGroups"]
        ],
    }
    return {kind: names for kind, names in found.items() if names}


@pytest.fixture
def brought(stack: Checkout, carried: Carried) -> Iterator[dict[str, str]]:
    """Where the backup lies in the first cloud, which knows nothing of it."""
    s3 = stack.aws("s3")
    bucket = stack.outputs()["buckets"]["backup"]
    for key, body in carried.objects.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    yield {"bucket": bucket, "prefix": carried.place, "path": carried.path}
    for key in carried.objects:
        s3.delete_object(Bucket=bucket, Key=key)


def test_a_backup_of_one_cloud_is_restored_in_another(
    stack: Checkout, carried: Carried, brought: dict[str, str]
) -> None:
    """The cloud of before is gone: this one has other identities, warehouses and prefixes."""
    kube = stack.kube()
    restored = {"restoreFrom": {"location": brought}, "keeper": {"replicas": 1}}
    memory = {"minGib": 8, "maxGib": 8}
    primary = {"warehouse": "carried", "role": "primary", "replicas": 2, "memory": memory}
    for kind, spec in ((WAREHOUSES, restored), (SERVICES, primary)):
        metadata = {"name": "carried", "namespace": NAMESPACE}
        kube.create(kind.from_dict({"apiVersion": API_VERSION, "metadata": metadata, "spec": spec}))
    wait_for(lambda: has_ended(stack), within_s=300, what="the restore")
    assert stack.byoc("sql", "carried", FIGURES).ok().out == carried.figures
    stack.byoc("service", "delete", "carried", "--yes").ok()
    stack.byoc("warehouse", "delete", "carried", "--yes").ok()


def has_ended(checkout: Checkout) -> bool:
    found = checkout.kube().get(WAREHOUSES, "carried", namespace=NAMESPACE)
    restore = (found.get("status") or {}).get("restore") or {}
    assert restore.get("phase") != "Failed", restore
    return restore.get("phase") == "Done"
