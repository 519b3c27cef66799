"""Which planned steps can lose data: what goes, and which guards are taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from control.cli.ci.granting import kind_of
from control.cli.ci.steps import Props, Step, at, mappings
from control.cli.events import Change

OWN = "kubernetes:byoc.clickhouse.dev"
HOLDERS: Mapping[str, str] = {
    "aws:s3/bucket:Bucket": "every object in the bucket",
    "aws:s3/bucketV2:BucketV2": "every object in the bucket",
    "aws:kms/key:Key": "everything that this key encrypts can no longer be read",
    "aws:kms/replicaKey:ReplicaKey": "everything that this key encrypts can no longer be read",
    "aws:ebs/volume:Volume": "the volume's content",
    "aws:ebs/snapshot:Snapshot": "the snapshot",
    "aws:efs/fileSystem:FileSystem": "every file in it",
    "aws:rds/instance:Instance": "the database",
    "aws:rds/cluster:Cluster": "the database",
    "aws:dynamodb/table:Table": "every item in the table",
    "aws:secretsmanager/secret:Secret": "the secret's value",
    "aws:sqs/queue:Queue": "messages that wait in it",
    "aws:cloudwatch/logGroup:LogGroup": "its logs",
    "aws:eks/cluster:Cluster": "the cluster, with every warehouse, service and claim in it",
    "kubernetes:core:Namespace": "everything in the namespace, claims of volumes included",
    "kubernetes:core:PersistentVolume": "the volume's content, unless it is retained",
    "kubernetes:core:PersistentVolumeClaim": "the volume's content, unless it is retained",
    "kubernetes:core:Secret": "its values, which cannot be read back",
    "kubernetes:apps:StatefulSet": "its pods; their volumes only where claims go with them",
    "kubernetes:apiextensions.k8s.io:CustomResourceDefinition": "every object of this kind",
    f"{OWN}:Backup": "the backup, where its retention says so",
    f"{OWN}:Service": "the service; the primary takes the warehouse's databases with it",
}
WAREHOUSE = f"{OWN}:Warehouse"
RETENTION = {
    "delete": "dataRetention is `delete`: its data goes too",
    "retain": "dataRetention is `retain`: its data stays in the bucket",
}


def messages(step: Step) -> Iterator[str]:
    yield from losses(step)
    if step.protection_ends and step.change is not Change.DELETE:
        yield "is no longer protected: a later update may delete it"
    if step.old and step.new:
        yield from weakened(step)


def losses(step: Step) -> Iterator[str]:
    kind = kind_of(step.type)
    if not step.goes or (kind != WAREHOUSE and kind not in HOLDERS):
        return
    lost = HOLDERS.get(kind) or RETENTION[at(step.old, "spec.dataRetention") or "retain"]
    if step.change is Change.DELETE:
        yield f"**is deleted**: {lost}"
        return
    because = ", ".join(f"`{cause}`" for cause in step.causes)
    yield f"**is replaced**{f' because of {because}' if because else ''}: {lost}"


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A property that keeps data; `weaker` tells whether the new value keeps less."""

    type: str
    path: str
    weaker: Callable[[Any, Any], bool]
    says: str


def to(value: object) -> Callable[[Any, Any], bool]:
    return lambda old, new: bool(old != new and new == value)


def away_from(value: object) -> Callable[[Any, Any], bool]:
    return lambda old, new: bool(old == value and new != value)


def fewer(old: Any, new: Any) -> bool:
    """Days; nothing stands for ever."""
    return bool(new and (not old or new < old))


GUARDS = (
    Guard(
        type="aws:s3/bucket:Bucket",
        path="forceDestroy",
        weaker=to(True),
        says="may from now on be deleted with its objects (forceDestroy)",
    ),
    Guard(
        type="aws:s3/bucketVersioning:BucketVersioning",
        path="versioningConfiguration.status",
        weaker=away_from("Enabled"),
        says="overwritten and deleted objects are no longer kept (versioning {new})",
    ),
    Guard(
        type="aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        path="rule.defaultRetention.days",
        weaker=lambda old, new: bool(old and (not new or new < old)),
        says="objects are locked for {new} instead of {old} days",
    ),
    Guard(
        type="aws:kms/key:Key",
        path="deletionWindowInDays",
        weaker=fewer,
        says="a deleted key can be brought back for {new} instead of {old} days",
    ),
    Guard(
        type="aws:kms/key:Key",
        path="isEnabled",
        weaker=to(False),
        says="is switched off: what it encrypts cannot be read",
    ),
    Guard(
        type="aws:cloudwatch/logGroup:LogGroup",
        path="retentionInDays",
        weaker=fewer,
        says="logs are kept for {new} instead of {old} days",
    ),
    Guard(
        type=WAREHOUSE,
        path="spec.dataRetention",
        weaker=to("delete"),
        says="from now on its data goes with its primary (dataRetention `delete`)",
    ),
)
LIFECYCLES = (
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
)
EXPIRIES = {
    "expiration.days": "objects",
    "noncurrentVersionExpiration.noncurrentDays": "overwritten objects",
}


def weakened(step: Step) -> Iterator[str]:
    kind = kind_of(step.type)
    for guard in GUARDS:
        old, new = at(step.old, guard.path), at(step.new, guard.path)
        if guard.type == kind and guard.weaker(old, new):
            yield guard.says.format(old=told(old), new=told(new))
    if step.type in LIFECYCLES:
        yield from sooner(step)


def sooner(step: Step) -> Iterator[str]:
    """Rules that expire objects earlier than the rule of the same id did."""
    was, will = lifecycle(step.old), lifecycle(step.new)
    for key, days in sorted(will.items()):
        if fewer(was.get(key), days):
            before = f"{was[key]:g} days" if was.get(key) else "never"
            yield f"{key[1]} are deleted after {days:g} days instead of {before} (rule `{key[0]}`)"


def lifecycle(props: Props) -> dict[tuple[str, str], float]:
    return {
        (str(rule.get("id")), what): days
        for rule in mappings(props.get("rules"))
        if rule.get("status") == "Enabled"
        for path, what in EXPIRIES.items()
        if (days := at(rule, path))
    }


def told(value: Any) -> str:
    return (
        "unlimited" if value is None else f"{value:g}" if isinstance(value, float) else f"{value}"
    )
