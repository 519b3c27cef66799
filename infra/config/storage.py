"""Buckets: what keeps them, and for how long things stay in them and in logs."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from infra.config.regions import REGION_ZONES, nearest_regions
from infra.config.section import Finding, KeyArn, Region, RoleArn, Section, wrong

if TYPE_CHECKING:
    from infra.config.stack import StackConfig

_MONTHS = (30, 60, 90, 120, 150, 180)
_YEARS = (365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
LOG_DAYS: tuple[int, ...] = (1, 3, 5, 7, 14, *_MONTHS, *_YEARS)


class Removal(StrEnum):
    GUARDED = "guarded"
    DISPOSABLE = "disposable"


def _log_days(days: int) -> int:
    if days not in LOG_DAYS:
        nearest = min(LOG_DAYS, key=lambda allowed: abs(allowed - days))
        listed = ", ".join(map(str, LOG_DAYS))
        raise wrong("is a time that CloudWatch does not offer", f"{nearest}, or one of {listed}")
    return days


LogDays = Annotated[int, AfterValidator(_log_days)]


class BackupReplicaConfig(Section):
    region: Region = Field(description="Where the copies are", examples=["eu-west-1"])
    key_arn: KeyArn = Field(
        description="Your KMS key there, by which the copies are encrypted",
        examples=["arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    )


class StorageConfig(Section):
    removal: Removal = Field(
        Removal.GUARDED,
        description="guarded: buckets refuse to be deleted, and never lose objects with a stack;"
        " disposable: destroying the stack deletes them with everything in them",
    )
    versioning: bool = Field(
        True, description="Keep overwritten and deleted objects for retention.noncurrentDays"
    )
    only_from_vpc: bool = Field(
        False,
        description="Whether objects are reached through the VPC's endpoint alone; settings of the"
        " buckets, and the account's root, stay as they are",
    )
    outside_vpc_role_arns: tuple[RoleArn, ...] = Field(
        (), description="Roles that reach objects from elsewhere all the same"
    )
    access_logs: bool = Field(
        False, description="Whether requests to the buckets are written down, in a bucket for them"
    )
    backup_infrequent_days: int | None = Field(
        None, ge=30, le=3650, description="Age at which backups move to infrequent access"
    )
    backup_archive_days: int | None = Field(
        None, ge=30, le=3650, description="Age at which backups move to cheaper storage"
    )
    backup_lock_days: int | None = Field(
        None,
        ge=1,
        le=3650,
        description="Days in which nobody, the owner included, can delete a backup",
    )

    backup_replica: BackupReplicaConfig | None = Field(
        None, description="Copies of backups in another region; none when absent"
    )


class RetentionConfig(Section):
    control_plane_log_days: LogDays = Field(
        90, description="Days for which logs of the Kubernetes control plane stay"
    )
    flow_log_days: LogDays = Field(30, description="Days for which flow logs stay")
    metrics_days: int = Field(
        395, ge=7, le=3650, description="Days for which metrics stay in the monitoring bucket"
    )
    backup_days: int = Field(
        45, ge=1, le=3650, description="Days after which a backup's objects are deleted"
    )
    access_log_days: int = Field(
        90, ge=1, le=3650, description="Days for which access logs of the buckets stay"
    )
    noncurrent_days: int = Field(
        7, ge=1, le=365, description="Days for which overwritten and deleted objects stay"
    )
    incomplete_upload_days: int = Field(
        7, ge=1, le=90, description="Days after which unfinished uploads are removed"
    )


def check_storage(config: "StackConfig") -> Iterator[Finding]:
    storage, backup_days = config.storage, config.retention.backup_days
    also = (("retention", "backupDays"),)
    if storage.backup_archive_days is not None and storage.backup_archive_days >= backup_days:
        yield Finding(
            ("storage", "backupArchiveDays"),
            f"is not before retention.backupDays, {backup_days}",
            f"30 to {backup_days - 1}, or none" if backup_days > 30 else "none, or longer backups",
            also,
        )
    yield from _check_infrequent(storage, backup_days)
    yield from _check_replica(config)
    if storage.outside_vpc_role_arns and not storage.only_from_vpc:
        yield Finding(
            ("storage", "outsideVpcRoleArns"),
            "are exceptions from a rule that is off",
            "onlyFromVpc: true, or leave them out",
            also=(("storage", "onlyFromVpc"),),
        )
    if storage.backup_lock_days is None:
        return
    if storage.backup_lock_days > backup_days:
        yield Finding(
            ("storage", "backupLockDays"),
            f"is longer than retention.backupDays, {backup_days}",
            f"{backup_days} or fewer",
            also,
        )
    if not storage.versioning:
        yield Finding(
            ("storage", "versioning"),
            "cannot be off while backups are locked",
            "true",
            also=(("storage", "backupLockDays"),),
        )


def _check_infrequent(storage: StorageConfig, backup_days: int) -> Iterator[Finding]:
    """S3 takes no second move within 30 days of the first."""
    first = storage.backup_infrequent_days
    if first is None:
        return
    path = ("storage", "backupInfrequentDays")
    second = storage.backup_archive_days
    if first >= backup_days:
        yield Finding(
            path,
            f"is not before retention.backupDays, {backup_days}",
            f"30 to {backup_days - 1}, or none" if backup_days > 30 else "none, or longer backups",
            also=(("retention", "backupDays"),),
        )
    elif second is not None and second < first + 30:
        yield Finding(
            path,
            f"is not 30 days before backupArchiveDays, {second}",
            f"30 to {second - 30}" if second >= 60 else "none, or a later backupArchiveDays",
            also=(("storage", "backupArchiveDays"),),
        )


def _check_replica(config: "StackConfig") -> Iterator[Finding]:
    replica, access = config.storage.backup_replica, config.access
    if replica is None:
        return
    path = ("storage", "backupReplica")
    if replica.region == config.region:
        yield Finding(
            (*path, "region"), "is the deployment's own", "another region", (("region",),)
        )
    elif replica.region not in REGION_ZONES:
        yield Finding((*path, "region"), "is no public AWS region", nearest_regions(replica.region))
    elif replica.key_arn.split(":")[3] != replica.region:
        yield Finding(
            (*path, "keyArn"),
            f"is a key of another region than {replica.region}",
            f"a key of {replica.region}",
            also=((*path, "region"),),
        )
    if not config.storage.versioning:
        yield Finding(
            ("storage", "versioning"),
            "cannot be off while backups are copied",
            "true",
            also=(path,),
        )
    by_operator = access.operator_account is not None or access.role_arn is not None
    if by_operator and access.backup_replica_region != replica.region:
        yield Finding(
            ("access", "backupReplicaRegion"),
            f"does not let the operator copy backups to {replica.region}",
            f"{replica.region}, here and in the onboarding stack",
            also=(path,),
        )
