"""One private, encrypted bucket that answers TLS alone."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pulumi
from pulumi_aws import s3

from components.aws.tags import Tags
from permissions.documents import to_json
from permissions.names import BucketPurpose, Scope

OLDEST_TLS = "1.2"


class Removal(StrEnum):
    """What a destroy does to the bucket."""

    GUARDED = "guarded"
    DISPOSABLE = "disposable"


@dataclass(frozen=True, kw_only=True)
class Lifecycle:
    """Days after which things end; None where they stay."""

    incomplete_upload_days: int
    noncurrent_days: int
    expiry_days: int | None = None
    archive_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class BucketArgs:
    scope: Scope
    tags: Tags
    purpose: BucketPurpose
    key_arn: pulumi.Input[str]
    lifecycle: Lifecycle
    versioned: bool
    removal: Removal
    lock_days: int | None = None


class Bucket(pulumi.ComponentResource):
    """Owner enforced, nothing public, own KMS key; guarded ones refuse to be destroyed."""

    bucket_name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:Bucket", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        guarded = args.removal is Removal.GUARDED
        physical_name = args.scope.bucket_name(args.purpose)
        bucket = s3.Bucket(
            name,
            bucket=physical_name,
            force_destroy=not guarded,
            object_lock_enabled=args.lock_days is not None,
            tags=args.tags.named(physical_name),
            opts=pulumi.ResourceOptions(parent=self, protect=guarded),
        )
        close_bucket(name, bucket, args, child)
        encrypt_bucket(name, bucket, args, child)
        keep_objects(name, bucket, args, child)
        self.bucket_name = bucket.bucket
        self.arn = bucket.arn
        self.register_outputs({"bucket_name": self.bucket_name, "arn": self.arn})


def close_bucket(
    name: str, bucket: s3.Bucket, args: BucketArgs, child: pulumi.ResourceOptions
) -> None:
    owned = s3.BucketOwnershipControls(
        name,
        bucket=bucket.id,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=child,
    )
    blocked = s3.BucketPublicAccessBlock(
        name,
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[owned])),
    )
    s3.BucketPolicy(
        name,
        bucket=bucket.id,
        policy=to_json(bucket_policy(args.scope.bucket_arn(args.purpose))),
        opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[blocked])),
    )


def encrypt_bucket(
    name: str, bucket: s3.Bucket, args: BucketArgs, child: pulumi.ResourceOptions
) -> None:
    s3.BucketServerSideEncryptionConfiguration(
        name,
        bucket=bucket.id,
        rules=[
            {
                "apply_server_side_encryption_by_default": {
                    "sse_algorithm": "aws:kms",
                    "kms_master_key_id": args.key_arn,
                },
                "bucket_key_enabled": True,
            }
        ],
        opts=child,
    )


def keep_objects(
    name: str, bucket: s3.Bucket, args: BucketArgs, child: pulumi.ResourceOptions
) -> None:
    versioning = s3.BucketVersioning(
        name,
        bucket=bucket.id,
        versioning_configuration={"status": "Enabled" if args.versioned else "Suspended"},
        opts=child,
    )
    after_versioning = pulumi.ResourceOptions.merge(
        child, pulumi.ResourceOptions(depends_on=[versioning])
    )
    s3.BucketLifecycleConfiguration(
        name,
        bucket=bucket.id,
        rules=lifecycle_rules(args.lifecycle),
        opts=after_versioning,
    )
    if args.lock_days is not None:
        s3.BucketObjectLockConfiguration(
            name,
            bucket=bucket.id,
            rule={"default_retention": {"mode": "COMPLIANCE", "days": args.lock_days}},
            opts=after_versioning,
        )


def bucket_policy(arn: str) -> dict[str, Any]:
    def deny(sid: str, condition: dict[str, Any]) -> dict[str, Any]:
        return {
            "Sid": sid,
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": condition,
        }

    return {
        "Version": "2012-10-17",
        "Statement": [
            deny("OnlyTls", {"Bool": {"aws:SecureTransport": "false"}}),
            deny("OnlyRecentTls", {"NumericLessThan": {"s3:TlsVersion": OLDEST_TLS}}),
        ],
    }


def lifecycle_rules(lifecycle: Lifecycle) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = [
        {
            "id": "leftovers",
            "status": "Enabled",
            "filter": {},
            "abort_incomplete_multipart_upload": {
                "days_after_initiation": lifecycle.incomplete_upload_days
            },
            "noncurrent_version_expiration": {"noncurrent_days": lifecycle.noncurrent_days},
        }
    ]
    ageing: dict[str, Any] = {"id": "age", "status": "Enabled", "filter": {}}
    if lifecycle.archive_days is not None:
        ageing["transitions"] = [{"days": lifecycle.archive_days, "storage_class": "GLACIER_IR"}]
    if lifecycle.expiry_days is not None:
        ageing["expiration"] = {"days": lifecycle.expiry_days}
    if len(ageing) > len(("id", "status", "filter")):
        rules.append(ageing)
    return rules
