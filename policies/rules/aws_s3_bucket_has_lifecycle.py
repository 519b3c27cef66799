"""Every bucket has rules for what is left over in it."""

from collections.abc import Iterator

from policies.frameworks import CAPACITY
from policies.rule import Finding, Severity, Stack, StackRule

SETTING = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


def check(stack: Stack) -> Iterator[Finding]:
    for bucket in stack.all("aws:s3/bucket:Bucket"):
        if not stack.referring(bucket, "bucket", SETTING):
            yield (
                bucket,
                "Nothing ever removes incomplete uploads and old versions, which are paid for.",
            )


RULE = StackRule(
    name="aws-s3-bucket-has-lifecycle",
    severity=Severity.LOW,
    summary="Every bucket has rules for what is left over in it.",
    remedy="Add s3.BucketLifecycleConfiguration that aborts incomplete uploads.",
    resource_types=("aws:s3/bucket:Bucket",),
    frameworks=(*CAPACITY,),
    check=check,
)
