"""Every bucket says whether it keeps versions."""

from collections.abc import Iterator

from policies.frameworks import RECOVERY
from policies.rule import Finding, Severity, Stack, StackRule

SETTING = "aws:s3/bucketVersioning:BucketVersioning"


def check(stack: Stack) -> Iterator[Finding]:
    for bucket in stack.all("aws:s3/bucket:Bucket"):
        if not stack.referring(bucket, "bucket", SETTING):
            yield bucket, "It keeps no version: a deleted object is gone."


RULE = StackRule(
    name="aws-s3-bucket-has-versioning",
    severity=Severity.MEDIUM,
    summary="Every bucket says whether it keeps versions.",
    remedy="Add s3.BucketVersioning, Enabled for data and backups.",
    resource_types=("aws:s3/bucket:Bucket",),
    frameworks=(*RECOVERY,),
    check=check,
)
