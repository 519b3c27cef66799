"""Buckets with data, backups or metrics are protected from deletion."""

from collections.abc import Iterator

from policies.frameworks import RECOVERY
from policies.rule import Finding, Severity, Stack, StackRule


def check(stack: Stack) -> Iterator[Finding]:
    for bucket in stack.all("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"):
        if not bucket.protect:
            yield bucket, "pulumi destroy, or its removal from the program, deletes it."


RULE = StackRule(
    name="byoc-bucket-protected",
    severity=Severity.CRITICAL,
    summary="Buckets with data, backups or metrics are protected from deletion.",
    remedy="Set byoc:storage.removal to guarded, or pass ResourceOptions(protect=True).",
    resource_types=(
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketV2:BucketV2",
    ),
    frameworks=(*RECOVERY,),
    check=check,
)
