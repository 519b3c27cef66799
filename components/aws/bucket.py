"""One private, encrypted bucket that answers TLS alone."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pulumi
from pulumi_aws import s3

from components.aws.bucket_policy import Closed, bucket_policy
from components.aws.tags import Tags
from components.aws.waiting import once
from permissions.documents import to_json
from permissions.names import BucketPurpose, Scope


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
    infrequent_days: int | None = None
    archive_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class OnlyFromVpc:
    """Objects are reached from this VPC, and by the named roles."""

    vpc_id: pulumi.Input[str]
    outside_role_arns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AccessLogs:
    """Where requests are written down, a folder for each bucket."""

    bucket: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class BucketArgs:
    scope: Scope
    tags: Tags
    purpose: BucketPurpose
    key_arn: pulumi.Input[str] | None
    """None: S3's own key, which is all that a bucket of access logs may have."""
    lifecycle: Lifecycle
    versioned: bool
    removal: Removal
    lock_days: int | None = None
    vpc: OnlyFromVpc | None = None
    logs: AccessLogs | None = None
    log_sources: tuple[BucketPurpose, ...] = ()
    """The buckets whose access logs it takes."""
    region: str | None = None
    """Another region than the deployment's."""

    @property
    def guarded(self) -> bool:
        return self.removal is Removal.GUARDED


class Bucket(pulumi.ComponentResource):
    """Owner enforced, nothing public, own KMS key; guarded ones refuse to be destroyed."""

    bucket_name: pulumi.Output[str]
    arn: pulumi.Output[str]
    closed_name: pulumi.Output[str]
    """Its name, once its policy holds: the delivery of logs asks that first."""
    kept: pulumi.Resource
    """Its versioning, without which nothing is copied into or out of it."""

    def __init__(
        self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:Bucket", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        physical_name = args.scope.bucket_name(args.purpose)
        bucket = s3.Bucket(
            name,
            bucket=physical_name,
            region=args.region,
            force_destroy=not args.guarded,
            object_lock_enabled=args.lock_days is not None,
            tags=args.tags.named(physical_name),
            opts=pulumi.ResourceOptions(parent=self, protect=args.guarded),
        )
        self.closed_name = once(bucket.bucket, [close_bucket(name, bucket, args, child).policy])
        encrypt_bucket(name, bucket, args, child)
        self.kept = keep_objects(name, bucket, args, child)
        if args.logs is not None:
            log_requests(name, bucket, args.purpose, args.logs, child)
        self.bucket_name = bucket.bucket
        self.arn = bucket.arn
        self.register_outputs({"bucket_name": self.bucket_name, "arn": self.arn})


def close_bucket(
    name: str, bucket: s3.Bucket, args: BucketArgs, child: pulumi.ResourceOptions
) -> s3.BucketPolicy:
    owned = s3.BucketOwnershipControls(
        name,
        bucket=bucket.id,
        region=args.region,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=child,
    )
    blocked = s3.BucketPublicAccessBlock(
        name,
        bucket=bucket.id,
        region=args.region,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[owned])),
    )
    return s3.BucketPolicy(
        name,
        bucket=bucket.id,
        region=args.region,
        policy=policy(args),
        opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[blocked])),
    )


def policy(args: BucketArgs) -> pulumi.Output[str]:
    def rendered(vpc_id: str | None) -> str:
        outside = args.vpc.outside_role_arns if args.vpc else ()
        closed = Closed(vpc_id=vpc_id, outside_role_arns=outside) if vpc_id else None
        return to_json(
            bucket_policy(
                args.scope,
                args.purpose,
                guarded=args.guarded,
                closed=closed,
                log_sources=args.log_sources,
            )
        )

    vpc_id: pulumi.Input[str | None] = args.vpc.vpc_id if args.vpc else None
    return pulumi.Output.from_input(vpc_id).apply(rendered)


def encrypt_bucket(
    name: str, bucket: s3.Bucket, args: BucketArgs, child: pulumi.ResourceOptions
) -> None:
    own_key = {"sse_algorithm": "aws:kms", "kms_master_key_id": args.key_arn}
    s3.BucketServerSideEncryptionConfiguration(
        name,
        bucket=bucket.id,
        region=args.region,
        rules=[
            {
                "apply_server_side_encryption_by_default": own_key
                if args.key_arn is not None
                else {"sse_algorithm": "AES256"},
                "bucket_key_enabled": args.key_arn is not None,
            }
        ],
        opts=child,
    )


def keep_objects(
    name: str, bucket: s3.Bucket, args: BucketArgs, child: pulumi.ResourceOptions
) -> pulumi.Resource:
    versioning: pulumi.Resource = s3.BucketVersioning(
        name,
        bucket=bucket.id,
        region=args.region,
        versioning_configuration={"status": "Enabled" if args.versioned else "Suspended"},
        opts=child,
    )
    after_versioning = pulumi.ResourceOptions.merge(
        child, pulumi.ResourceOptions(depends_on=[versioning])
    )
    s3.BucketLifecycleConfiguration(
        name,
        bucket=bucket.id,
        region=args.region,
        rules=lifecycle_rules(args.lifecycle),
        opts=after_versioning,
    )
    if args.lock_days is not None:
        s3.BucketObjectLockConfiguration(
            name,
            bucket=bucket.id,
            region=args.region,
            rule={"default_retention": {"mode": "COMPLIANCE", "days": args.lock_days}},
            opts=after_versioning,
        )
    return versioning


def log_requests(
    name: str,
    bucket: s3.Bucket,
    purpose: BucketPurpose,
    logs: AccessLogs,
    child: pulumi.ResourceOptions,
) -> None:
    s3.BucketLogging(
        name,
        bucket=bucket.id,
        target_bucket=logs.bucket,
        target_prefix=f"{purpose.value}/",
        opts=child,
    )


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
            "expiration": {"expired_object_delete_marker": True},
        }
    ]
    moves = [
        {"days": days, "storage_class": storage_class}
        for days, storage_class in (
            (lifecycle.infrequent_days, "STANDARD_IA"),
            (lifecycle.archive_days, "GLACIER_IR"),
        )
        if days is not None
    ]
    ageing: dict[str, Any] = {"transitions": moves} if moves else {}
    if lifecycle.expiry_days is not None:
        ageing["expiration"] = {"days": lifecycle.expiry_days}
    if ageing:
        rules.append({"id": "age", "status": "Enabled", "filter": {}, **ageing})
    return rules
