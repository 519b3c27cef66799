"""Rights about the buckets: their settings, and nothing of what lies in them; the owner may let the
operator empty disposable ones."""

from collections.abc import Iterator

from permissions.conditions import IN_ACCOUNT
from permissions.deployment.storage import WAREHOUSE_PREFIX
from permissions.rows import (
    SET_UP,
    SET_UP_AND_TAKE_DOWN,
    TAKE_DOWN,
    Feature,
    Grant,
    Phase,
    grants,
)


def bucket(name: str) -> str:
    return f"arn:{{partition}}:s3:::{{{name}}}"


BUCKETS = tuple(
    bucket(name) for name in ("data_bucket", "backup_bucket", "monitoring_bucket", "log_bucket")
)
BACKUP, REPLICA = bucket("backup_bucket"), bucket("replica_bucket")

READ = (
    "s3: ListBucket GetBucketLocation GetBucketAcl GetBucketCORS GetBucketWebsite"
    " GetBucketVersioning GetAccelerateConfiguration GetBucketRequestPayment GetBucketLogging"
    " GetLifecycleConfiguration GetReplicationConfiguration GetEncryptionConfiguration"
    " GetBucketObjectLockConfiguration GetBucketTagging GetBucketPolicy"
    " GetBucketPublicAccessBlock GetBucketOwnershipControls"
)
MAKE = "s3: CreateBucket PutBucketTagging PutBucketPolicy"
# Each setting is a resource of its own: taken down, it goes back to what AWS gives a bucket.
SET = (
    "s3: PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration"
    " PutBucketPublicAccessBlock PutBucketOwnershipControls"
)
DELETE = "s3: DeleteBucket DeleteBucketPolicy ListBucketVersions ListBucketMultipartUploads"
EMPTY = "s3: DeleteObjectVersion AbortMultipartUpload"


def on(
    actions: str, *buckets: str, phases: frozenset[Phase], feature: Feature = Feature.CORE
) -> Iterator[Grant]:
    yield from grants(
        actions,
        *buckets,
        component="storage",
        conditions=(IN_ACCOUNT,),
        phases=phases,
        feature=feature,
    )


def settings(*buckets: str, feature: Feature = Feature.CORE) -> Iterator[Grant]:
    yield from on(READ, *buckets, phases=SET_UP_AND_TAKE_DOWN, feature=feature)
    yield from on(MAKE, *buckets, phases=SET_UP, feature=feature)
    yield from on(SET, *buckets, phases=SET_UP_AND_TAKE_DOWN, feature=feature)
    yield from on(DELETE, *buckets, phases=TAKE_DOWN, feature=feature)


LOCK = "s3: PutBucketObjectLockConfiguration"

STORAGE = (
    *settings(*BUCKETS),
    *on(LOCK, BACKUP, phases=SET_UP_AND_TAKE_DOWN),
    *on("s3: PutBucketLogging", *BUCKETS[:-1], phases=SET_UP_AND_TAKE_DOWN),
    *settings(REPLICA, feature=Feature.BACKUP_REPLICA),
    *on(LOCK, REPLICA, phases=SET_UP_AND_TAKE_DOWN, feature=Feature.BACKUP_REPLICA),
    *on(
        "s3: PutReplicationConfiguration",
        BACKUP,
        phases=SET_UP_AND_TAKE_DOWN,
        feature=Feature.BACKUP_REPLICA,
    ),
    # Data and backups of warehouses by their prefix alone: what else lies there stays, and the
    # bucket with it. A guarded bucket's own policy refuses all of it.
    *on(
        EMPTY,
        f"{BUCKETS[0]}/{WAREHOUSE_PREFIX}",
        f"{BACKUP}/{WAREHOUSE_PREFIX}",
        f"{REPLICA}/{WAREHOUSE_PREFIX}",
        f"{BUCKETS[2]}/*",
        f"{BUCKETS[3]}/*",
        phases=TAKE_DOWN,
        feature=Feature.DATA_REMOVAL,
    ),
)
