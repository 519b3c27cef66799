"""The storage layer, by what it holds for whoever looks at the buckets."""

import json
from typing import Any

import pulumi
import pytest

from components.aws.bucket import Lifecycle, lifecycle_rules
from components.aws.bucket_policy import Closed, bucket_policy
from infra.aws_layers import create_layers
from infra.config import parse
from permissions.names import BucketPurpose, Scope
from tests.components.aws.deployments import example, small, with_change
from tests.engine import Registered, Run, run
from tests.infra.config.documents import changed

BUCKET = "aws:s3/bucket:Bucket"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
PURPOSES = ["storage-backup", "storage-data", "storage-monitoring"]


def setting(seen: Run, kind: str, bucket: str) -> dict[str, Any]:
    inputs: dict[str, Any] = seen.one(f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}", bucket).inputs
    return inputs


def rules(seen: Run, bucket: str) -> dict[str, dict[str, Any]]:
    return {rule["id"]: rule for rule in seen.one(LIFECYCLE, bucket).inputs["rules"]}


def test_three_buckets_named_after_deployment_region_and_account() -> None:
    assert sorted(bucket.inputs["bucket"] for bucket in small().all(BUCKET)) == [
        "acme-us-east-1-111111111111-backup",
        "acme-us-east-1-111111111111-data",
        "acme-us-east-1-111111111111-monitoring",
    ]


@pytest.mark.parametrize("bucket", PURPOSES)
def test_nothing_is_public_and_the_owner_owns_everything(bucket: str) -> None:
    block = setting(example(), "BucketPublicAccessBlock", bucket)
    names = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert all(block[name] is True for name in names)
    owner = setting(example(), "BucketOwnershipControls", bucket)["rule"]
    assert owner["objectOwnership"] == "BucketOwnerEnforced"


@pytest.mark.parametrize("bucket", PURPOSES)
def test_objects_are_encrypted_by_the_deployments_key(bucket: str) -> None:
    (rule,) = setting(example(), "BucketServerSideEncryptionConfiguration", bucket)["rules"]
    default = rule["applyServerSideEncryptionByDefault"]
    assert default["sseAlgorithm"] == "aws:kms"
    assert default["kmsMasterKeyId"].startswith("arn:aws:kms:")
    assert rule["bucketKeyEnabled"] is True


@pytest.mark.parametrize("bucket", PURPOSES)
def test_only_tls_is_answered(bucket: str) -> None:
    policy = json.loads(setting(example(), "BucketPolicy", bucket)["policy"])
    assert all(statement["Effect"] == "Deny" for statement in policy["Statement"])
    conditions = [statement.get("Condition") for statement in policy["Statement"]]
    assert {"Bool": {"aws:SecureTransport": "false"}} in conditions
    assert {"NumericLessThan": {"s3:TlsVersion": "1.2"}} in conditions


SCOPE = Scope(name="acme", region="us-east-1", account="111111111111")
ARN = "arn:aws:s3:::acme-us-east-1-111111111111-data"


def said(*, guarded: bool = False, **more: Any) -> dict[str, dict[str, Any]]:
    policy = bucket_policy(SCOPE, BucketPurpose.DATA, guarded=guarded, **more)
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_tls_holds_for_bucket_and_objects() -> None:
    assert set(said()) == {"OnlyTls", "OnlyRecentTls"}
    for statement in said().values():
        assert statement["Resource"] == [ARN, f"{ARN}/*"]
        assert (statement["Principal"], statement["Action"]) == ("*", ["s3:*"])


def test_nobody_deletes_a_guarded_bucket_and_the_operator_empties_none() -> None:
    kept = said(guarded=True)
    assert kept["GuardedBucketStays"]["Action"] == ["s3:DeleteBucket"]
    assert "Condition" not in kept["GuardedBucketStays"]
    emptying = kept["OperatorEmptiesNoGuardedBucket"]
    assert set(emptying["Action"]) == {"s3:DeleteObject", "s3:DeleteObjectVersion"}
    roles = emptying["Condition"]["ArnLike"]["aws:PrincipalArn"]
    assert roles == "arn:aws:iam::111111111111:role/ClickHouseManagementRole*"


def test_a_closed_bucket_locks_no_owner_out() -> None:
    role = "arn:aws:iam::111111111111:role/auditor"
    closed = said(closed=Closed(vpc_id="vpc-1", outside_role_arns=(role,)))["OnlyFromVpc"]
    condition = closed["Condition"]
    assert condition["StringNotEquals"] == {"aws:SourceVpc": "vpc-1"}
    assert condition["ArnNotLike"]["aws:PrincipalArn"] == [
        "arn:aws:iam::111111111111:root", role,
    ]  # fmt: skip
    assert condition["Bool"] == {"aws:PrincipalIsAWSService": "false"}
    assert closed["Resource"] == [f"{ARN}/*"]
    assert not [a for a in closed["Action"] if "Bucket" in a or "Policy" in a or a == "s3:*"]


def test_objects_are_reached_through_the_vpc_alone_where_that_is_asked() -> None:
    seen = with_change("storage", {"onlyFromVpc": True})
    for bucket in PURPOSES:
        policy = json.loads(setting(seen, "BucketPolicy", bucket)["policy"])
        (closed,) = [s for s in policy["Statement"] if s["Sid"] == "OnlyFromVpc"]
        assert closed["Condition"]["StringNotEquals"]["aws:SourceVpc"]


def test_requests_are_written_down_in_a_bucket_of_their_own() -> None:
    seen = with_change("storage", {"accessLogs": True})
    assert len(seen.all(BUCKET)) == 4
    for bucket in PURPOSES:
        logging = setting(seen, "BucketLogging", bucket)
        assert logging["targetBucket"] == "acme-us-east-1-111111111111-logs"
        assert logging["targetPrefix"] == f"{bucket.removeprefix('storage-')}/"
    (rule,) = setting(seen, "BucketServerSideEncryptionConfiguration", "storage-logs")["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}
    policy = json.loads(setting(seen, "BucketPolicy", "storage-logs")["policy"])
    (admitted,) = [s for s in policy["Statement"] if s["Effect"] == "Allow"]
    assert admitted["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert admitted["Condition"]["StringEquals"] == {"aws:SourceAccount": "111111111111"}
    assert len(admitted["Condition"]["ArnEquals"]["aws:SourceArn"]) == 3
    assert rules(seen, "storage-logs")["age"]["expiration"]["days"] == 90
    assert "storage-logs" not in {r.name for r in seen.all("aws:s3/bucketLogging:BucketLogging")}


REPLICA_KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd"
REPLICA = {"region": "eu-west-1", "keyArn": REPLICA_KEY}


def test_backups_are_copied_to_another_region_and_stay_there() -> None:
    seen = with_change("storage", {"backupReplica": REPLICA, "backupLockDays": 14})
    copying = seen.one("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    assert copying.inputs["bucket"] == "acme-us-east-1-111111111111-backup"
    assert copying.inputs["role"].endswith(":role/acme-us-east-1-backup-replication")
    (rule,) = copying.inputs["rules"]
    assert rule["deleteMarkerReplication"] == {"status": "Disabled"}
    assert rule["destination"]["encryptionConfiguration"] == {"replicaKmsKeyId": REPLICA_KEY}
    versioned = {r.urn for r in seen.all("aws:s3/bucketVersioning:BucketVersioning")
                 if r.name in ("storage-backup", "storage-replica-bucket")}  # fmt: skip
    assert len(versioned) == 2
    assert versioned <= copying.depends_on


def test_everything_of_the_copies_is_in_their_region_and_as_closed_as_the_rest() -> None:
    seen = with_change("storage", {"backupReplica": REPLICA, "backupLockDays": 14})
    parts = [r for r in seen.resources if r.custom and r.name == "storage-replica-bucket"]
    assert len(parts) == 8
    assert {part.inputs["region"] for part in parts} == {"eu-west-1"}
    assert seen.one(BUCKET, "storage-replica-bucket").protect
    lock = setting(seen, "BucketObjectLockConfiguration", "storage-replica-bucket")
    assert lock["rule"]["defaultRetention"]["days"] == 14
    assert all("region" not in r.inputs for r in seen.all(BUCKET) if r not in parts)


@pytest.mark.parametrize(
    ("removal", "protected", "emptied"), [("guarded", True, False), ("disposable", False, True)]
)
def test_only_a_disposable_bucket_goes_with_its_objects(
    removal: str, protected: bool, emptied: bool
) -> None:
    for bucket in with_change("storage", {"removal": removal}).all(BUCKET):
        assert bool(bucket.protect) is protected
        assert bool(bucket.inputs.get("forceDestroy")) is emptied


def test_buckets_are_guarded_unless_said_otherwise() -> None:
    assert all(bucket.protect for bucket in small().all(BUCKET))


def test_data_never_expires_but_its_old_versions_do() -> None:
    (rule,) = rules(small(), "storage-data").values()
    assert rule["expiration"] == {"expiredObjectDeleteMarker": True}
    assert rule["noncurrentVersionExpiration"]["noncurrentDays"] == 7
    assert rule["abortIncompleteMultipartUpload"]["daysAfterInitiation"] == 7


def test_backups_and_metrics_expire_and_old_backups_move() -> None:
    backup = rules(example(), "storage-backup")["age"]
    assert backup["expiration"]["days"] == 90
    assert backup["transitions"] == [{"days": 30, "storageClass": "GLACIER_IR"}]
    assert rules(example(), "storage-monitoring")["age"]["expiration"]["days"] == 395


def test_backups_move_twice_before_they_end() -> None:
    tiers = {"backupInfrequentDays": 30, "backupArchiveDays": 60}
    config = parse(changed("storage", tiers, changed("retention.backupDays", 90)))
    seen = run(lambda: create_layers(config, pulumi.ResourceOptions()))
    assert rules(seen, "storage-backup")["age"]["transitions"] == [
        {"days": 30, "storageClass": "STANDARD_IA"},
        {"days": 60, "storageClass": "GLACIER_IR"},
    ]


def test_locked_backups_cannot_be_deleted_by_anybody() -> None:
    seen = with_change("storage", {"backupLockDays": 14})
    lock = setting(seen, "BucketObjectLockConfiguration", "storage-backup")["rule"]
    assert lock["defaultRetention"] == {"mode": "COMPLIANCE", "days": 14}
    assert seen.one(BUCKET, "storage-backup").inputs["objectLockEnabled"] is True
    assert seen.one(BUCKET, "storage-data").inputs["objectLockEnabled"] is False


def test_lifecycle_follows_versioning() -> None:
    lifecycle: Registered = small().one(LIFECYCLE, "storage-data")
    versioning = small().one("aws:s3/bucketVersioning:BucketVersioning", "storage-data")
    assert versioning.inputs["versioningConfiguration"]["status"] == "Enabled"
    assert versioning.urn in lifecycle.depends_on


def test_without_ageing_there_is_one_rule() -> None:
    assert len(lifecycle_rules(Lifecycle(incomplete_upload_days=1, noncurrent_days=1))) == 1
