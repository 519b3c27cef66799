"""Rights on what lies in the buckets: ClickHouse, the controller, and Prometheus with Thanos."""

from permissions.conditions import equals, like
from permissions.rows import Grant, grants

WAREHOUSE_PREFIX = "ch-s3-*"
"""Every warehouse keeps its objects under a prefix of its own, which begins like this."""

DATA, BACKUP, MONITORING, REPLICA = (
    f"arn:{{partition}}:s3:::{{{bucket}}}"
    for bucket in ("data_bucket", "backup_bucket", "monitoring_bucket", "replica_bucket")
)
OBJECTS = "s3: GetObject PutObject DeleteObject AbortMultipartUpload ListMultipartUploadParts"


def bucket_key(component: str) -> tuple[Grant, ...]:
    """Buckets are encrypted by a KMS key, which S3 uses in the caller's name."""
    return tuple(
        grants(
            "kms: Decrypt GenerateDataKey",
            "arn:{partition}:kms:{region}:{account}:key/*",
            component=component,
            conditions=(equals("kms:ViaService", "s3.{region}.amazonaws.com"),),
        )
    )


CLICKHOUSE = (
    *grants(
        OBJECTS,
        f"{DATA}/{WAREHOUSE_PREFIX}",
        f"{BACKUP}/{WAREHOUSE_PREFIX}",
        component="CH-S3-Role",
    ),
    *grants(
        "s3: ListBucket ListBucketMultipartUploads",
        DATA,
        BACKUP,
        component="CH-S3-Role",
        conditions=(like("s3:prefix", WAREHOUSE_PREFIX),),
    ),
    *grants("s3: GetBucketLocation", DATA, BACKUP, component="CH-S3-Role"),
    *bucket_key("CH-S3-Role"),
    *grants(
        "sts: AssumeRole",
        "arn:{partition}:iam::*:role/ClickHouseAccessRole-*",
        component="CH-S3-Role",
    ),
    *grants(  # there only where data keys are wanted
        "sts: AssumeRole TagSession",
        "arn:{partition}:iam::{account}:role/{prefix}-tde-delegate",
        component="CH-S3-Role",
    ),
)

CONTROLLER = (
    *grants(
        "s3: GetObject PutObject DeleteObject",
        f"{DATA}/{WAREHOUSE_PREFIX}",
        f"{BACKUP}/{WAREHOUSE_PREFIX}",
        component="controller",
    ),
    *grants(
        "s3: ListBucket",
        DATA,
        BACKUP,
        component="controller",
        conditions=(like("s3:prefix", WAREHOUSE_PREFIX),),
    ),
    *bucket_key("controller"),
    *grants(  # erases what has expired in a bucket of the customer's own
        "sts: AssumeRole",
        "arn:{partition}:iam::*:role/ClickHouseAccessRole-*",
        component="controller",
    ),
)

THANOS = (
    *grants(
        "s3: GetObject PutObject DeleteObject AbortMultipartUpload",
        f"{MONITORING}/*",
        component="thanos",
    ),
    *grants("s3: ListBucket GetBucketLocation", MONITORING, component="thanos"),
    *bucket_key("thanos"),
)

REPLICATION = (
    *grants("s3: GetReplicationConfiguration ListBucket", BACKUP, component="backup-replication"),
    *grants(
        "s3: GetObjectVersionForReplication GetObjectVersionAcl GetObjectVersionTagging"
        " GetObjectRetention GetObjectLegalHold",
        f"{BACKUP}/*",
        component="backup-replication",
    ),
    # No ReplicateDelete: what is deleted here stays there until its own time is over.
    *grants("s3: ReplicateObject ReplicateTags", f"{REPLICA}/*", component="backup-replication"),
    *grants(
        "kms: Decrypt",
        "arn:{partition}:kms:{region}:{account}:key/*",
        component="backup-replication",
        conditions=(equals("kms:ViaService", "s3.{region}.amazonaws.com"),),
    ),
    *grants(
        "kms: Encrypt GenerateDataKey",
        "arn:{partition}:kms:{replica_region}:{account}:key/*",
        component="backup-replication",
        conditions=(equals("kms:ViaService", "s3.{replica_region}.amazonaws.com"),),
    ),
)
