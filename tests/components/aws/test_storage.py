"""The storage layer, by what it holds for whoever looks at the buckets."""

import json
from typing import Any

import pytest

from components.aws.bucket import Lifecycle, bucket_policy, lifecycle_rules
from tests.components.aws.deployments import example, small, with_change
from tests.engine import Registered, Run

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
    conditions = [statement["Condition"] for statement in policy["Statement"]]
    assert {"Bool": {"aws:SecureTransport": "false"}} in conditions
    assert {"NumericLessThan": {"s3:TlsVersion": "1.2"}} in conditions


def test_the_policy_holds_for_bucket_and_objects() -> None:
    for statement in bucket_policy("arn:aws:s3:::b")["Statement"]:
        assert statement["Resource"] == ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]
        assert (statement["Principal"], statement["Action"]) == ("*", "s3:*")


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
    assert "expiration" not in rule
    assert rule["noncurrentVersionExpiration"]["noncurrentDays"] == 7
    assert rule["abortIncompleteMultipartUpload"]["daysAfterInitiation"] == 7


def test_backups_and_metrics_expire_and_old_backups_move() -> None:
    backup = rules(example(), "storage-backup")["age"]
    assert backup["expiration"]["days"] == 90
    assert backup["transitions"] == [{"days": 30, "storageClass": "GLACIER_IR"}]
    assert rules(example(), "storage-monitoring")["age"]["expiration"]["days"] == 395


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
