"""Buckets: what keeps them, and for how long things stay in them and in logs."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from infra.config.section import Finding, Section, wrong

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


class StorageConfig(Section):
    removal: Removal = Field(
        Removal.GUARDED,
        description="guarded: buckets refuse to be deleted, and never lose objects with a stack;"
        " disposable: destroying the stack deletes them with everything in them",
    )
    versioning: bool = Field(
        True, description="Keep overwritten and deleted objects for retention.noncurrentDays"
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
