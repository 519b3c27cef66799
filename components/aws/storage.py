"""The storage layer: buckets for data, backups and metrics, for their logs, and for copies."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pulumi

from components.aws.backup_replica import BackupReplica, BackupReplicaArgs
from components.aws.bucket import (
    AccessLogs,
    Bucket,
    BucketArgs,
    Lifecycle,
    OnlyFromVpc,
    Removal,
)
from components.aws.tags import Tags
from permissions.names import BucketPurpose, Scope

OWN = (BucketPurpose.DATA, BucketPurpose.BACKUP, BucketPurpose.MONITORING)


@dataclass(frozen=True, kw_only=True)
class Replica:
    """Where backups are copied to."""

    region: str
    key_arn: str
    role_arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class StorageArgs:
    scope: Scope
    tags: Tags
    key_arn: pulumi.Input[str]
    removal: Removal
    versioned: bool
    leftovers: Lifecycle
    """What holds for all buckets; backups and metrics end as well."""
    backup_days: int
    metrics_days: int
    backup_infrequent_days: int | None = None
    backup_archive_days: int | None = None
    backup_lock_days: int | None = None
    access_log_days: int | None = None
    """None: requests are not written down."""
    vpc: OnlyFromVpc | None = None
    replica: Replica | None = None


class Storage(pulumi.ComponentResource):
    """The three buckets of a deployment; one for their logs and one for copies, where wanted."""

    bucket_names: Mapping[BucketPurpose, pulumi.Output[str]]

    def __init__(
        self, name: str, args: StorageArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:Storage", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        names: dict[BucketPurpose, pulumi.Output[str]] = {}
        logs = self._create_log_bucket() if args.access_log_days is not None else None
        buckets = {purpose: self._create(purpose, logs) for purpose in OWN}
        names |= {purpose: bucket.bucket_name for purpose, bucket in buckets.items()}
        if logs is not None:
            names[BucketPurpose.LOGS] = logs.bucket_name
        if args.replica is not None:
            copies = self._create_replica(args.replica, buckets[BucketPurpose.BACKUP])
            names[BucketPurpose.REPLICA] = copies.bucket_name
        self.bucket_names = names
        self.register_outputs({p.value: bucket for p, bucket in names.items()})

    def _create(self, purpose: BucketPurpose, logs: Bucket | None) -> Bucket:
        args = self._described(purpose)
        if logs is not None:
            args = replace(args, logs=AccessLogs(bucket=logs.closed_name))
        return Bucket(f"{self._name}-{purpose.value}", args, self._child)

    def _create_log_bucket(self) -> Bucket:
        args = replace(self._described(BucketPurpose.LOGS), key_arn=None, vpc=None, log_sources=OWN)
        return Bucket(f"{self._name}-logs", args, self._child)

    def _create_replica(self, replica: Replica, source: Bucket) -> BackupReplica:
        described = replace(
            self._described(BucketPurpose.REPLICA),
            region=replica.region,
            key_arn=replica.key_arn,
            vpc=None,
        )
        return BackupReplica(
            f"{self._name}-replica",
            BackupReplicaArgs(source=source, replica=described, role_arn=replica.role_arn),
            self._child,
        )

    def _described(self, purpose: BucketPurpose) -> BucketArgs:
        args = self._args
        backup = purpose in (BucketPurpose.BACKUP, BucketPurpose.REPLICA)
        return BucketArgs(
            scope=args.scope,
            tags=args.tags,
            purpose=purpose,
            key_arn=args.key_arn,
            lifecycle=lifecycle(args, purpose),
            versioned=args.versioned,
            removal=args.removal,
            lock_days=args.backup_lock_days if backup else None,
            vpc=args.vpc,
        )


def lifecycle(args: StorageArgs, purpose: BucketPurpose) -> Lifecycle:
    match purpose:
        case BucketPurpose.DATA:
            return args.leftovers
        case BucketPurpose.BACKUP:
            return replace(
                args.leftovers,
                expiry_days=args.backup_days,
                infrequent_days=args.backup_infrequent_days,
                archive_days=args.backup_archive_days,
            )
        case BucketPurpose.REPLICA:  # arrives in a cheaper class
            return replace(args.leftovers, expiry_days=args.backup_days)
        case BucketPurpose.MONITORING:
            return replace(args.leftovers, expiry_days=args.metrics_days)
        case BucketPurpose.LOGS:
            return replace(args.leftovers, expiry_days=args.access_log_days)
