"""Rights about the three buckets: their settings, and nothing of what lies in them."""

from permissions.conditions import IN_ACCOUNT
from permissions.rows import SET_UP, SET_UP_AND_TAKE_DOWN, TAKE_DOWN, grants

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
        phases=SET_UP_AND_TAKE_DOWN,
    ),
    *grants(
        "s3: CreateBucket",
        *BUCKETS,
        component="storage",
        conditions=(IN_ACCOUNT,),
        phases=SET_UP,
    ),
    *grants(
        "s3: PutBucketTagging PutBucketPolicy",
        *BUCKETS,
        component="storage",
        conditions=(IN_ACCOUNT,),
        phases=SET_UP,
    ),
    # Each setting is a resource of its own: taken down, it goes back to what AWS gives a bucket.
    *grants(
        "s3: PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration"
        " PutBucketPublicAccessBlock PutBucketOwnershipControls",
        *BUCKETS,
        component="storage",
        conditions=(IN_ACCOUNT,),
        phases=SET_UP_AND_TAKE_DOWN,
    ),
    *grants(
        "s3: PutBucketObjectLockConfiguration",
        "arn:{partition}:s3:::{backup_bucket}",
        component="storage",
        conditions=(IN_ACCOUNT,),
        phases=SET_UP_AND_TAKE_DOWN,
    ),
    *grants(
        "s3: DeleteBucket DeleteBucketPolicy ListBucketVersions ListBucketMultipartUploads",
        *BUCKETS,
        component="storage",
        conditions=(IN_ACCOUNT,),
        phases=TAKE_DOWN,
    ),
)
