"""A bucket that is not empty cannot be deleted."""

from policies.frameworks import RECOVERY
from policies.rule import Rule, Severity
from policies.shapes import switched_off

RULE = Rule(
    name="byoc-bucket-force-destroy",
    severity=Severity.CRITICAL,
    summary="A bucket that is not empty cannot be deleted.",
    remedy=(
        "Leave force_destroy out, or set it to False: byoc:storage.removal set to guarded does."
    ),
    resource_types=(
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketV2:BucketV2",
    ),
    frameworks=(*RECOVERY,),
    check=switched_off(
        "forceDestroy", "Deleting it deletes every object in it, and every version.", default=False
    ),
)
