"""Rights about the three buckets: their settings, and nothing of what lies in them."""

from permissions.conditions import IN_ACCOUNT
from permissions.rows import CHANGE, SET_UP, TAKE_DOWN, grants

BUCKETS = tuple(
    f"arn:{{partition}}:s3:::{{{name}}}"
    for name in ("data_bucket", "backup_bucket", "monitoring_bucket")
)


STORAGE = (
    *grants(
        "s3: ListBucket GetBucketLocation GetBucketAcl GetBucketCORS GetBucketWebsite"
        " GetBucketVersioning GetAccelerateConfiguration GetBucketRequestPayment GetBucketLogging"
        " GetLifecycleConfiguration GetReplicationConfiguration GetEncryptionConfiguration"
        " GetBucketObjectLockConfiguration GetBucketTagging GetBucketPolicy"
        " GetBucketPublicAccessBlock GetBucketOwnershipControls",
        *BUCKETS,
        component="storage",
        conditions=(IN_ACCOUNT,),
    ),
    *grants("s3: CreateBucket", *BUCKETS, component="storage", phases=SET_UP),
    *grants(
        "s3: PutBucketTagging PutBucketVersioning PutEncryptionConfiguration"
        " PutLifecycleConfiguration PutBucketPublicAccessBlock PutBucketOwnershipControls"
        " PutBucketPolicy PutBucketObjectLockConfiguration",
        *BUCKETS,
        component="storage",
        conditions=(IN_ACCOUNT,),
        phases=CHANGE,
    ),
    *grants(
        "s3: DeleteBucket DeleteBucketPolicy",
        *BUCKETS,
        component="storage",
        conditions=(IN_ACCOUNT,),
        phases=TAKE_DOWN,
    ),
)
