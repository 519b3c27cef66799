"""Every bucket says who owns the objects in it."""

from collections.abc import Iterator

from policies.frameworks import PUBLIC_ACCESS
from policies.rule import Finding, Severity, Stack, StackRule

SETTING = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"


def check(stack: Stack) -> Iterator[Finding]:
    for bucket in stack.all("aws:s3/bucket:Bucket"):
        if not stack.referring(bucket, "bucket", SETTING):
            yield bucket, "Nothing in the program keeps access lists switched off in it."


RULE = StackRule(
    name="aws-s3-bucket-has-owner",
    severity=Severity.MEDIUM,
    summary="Every bucket says who owns the objects in it.",
    remedy="Add s3.BucketOwnershipControls with BucketOwnerEnforced.",
    resource_types=("aws:s3/bucket:Bucket",),
    frameworks=(*PUBLIC_ACCESS,),
    check=check,
)
