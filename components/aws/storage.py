"""The storage layer: buckets for data, backups and metrics."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pulumi

from components.aws.bucket import Bucket, BucketArgs, Lifecycle, Removal
from components.aws.tags import Tags
from permissions.names import BucketPurpose, Scope


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
    backup_archive_days: int | None = None
    backup_lock_days: int | None = None


class Storage(pulumi.ComponentResource):
    """The three buckets of a deployment."""

    bucket_names: Mapping[BucketPurpose, pulumi.Output[str]]

    def __init__(
        self, name: str, args: StorageArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:Storage", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        lifecycles = {
            BucketPurpose.DATA: args.leftovers,
            BucketPurpose.BACKUP: replace(
                args.leftovers,
                expiry_days=args.backup_days,
                archive_days=args.backup_archive_days,
            ),
            BucketPurpose.MONITORING: replace(args.leftovers, expiry_days=args.metrics_days),
        }
        self.bucket_names = {
            purpose: Bucket(
                f"{name}-{purpose.value}",
                BucketArgs(
                    scope=args.scope,
                    tags=args.tags,
                    purpose=purpose,
                    key_arn=args.key_arn,
                    lifecycle=lifecycle,
                    versioned=args.versioned,
                    removal=args.removal,
                    lock_days=args.backup_lock_days if purpose is BucketPurpose.BACKUP else None,
                ),
                child,
            ).bucket_name
            for purpose, lifecycle in lifecycles.items()
        }
        self.register_outputs({p.value: bucket for p, bucket in self.bucket_names.items()})
