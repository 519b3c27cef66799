"""Every bucket has a block of public access of its own."""

from collections.abc import Iterator

from policies.frameworks import PUBLIC_ACCESS
from policies.rule import Finding, Severity, Stack, StackRule

SETTING = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"


def check(stack: Stack) -> Iterator[Finding]:
    for bucket in stack.all("aws:s3/bucket:Bucket"):
        if not stack.referring(bucket, "bucket", SETTING):
            yield bucket, "Nothing but the settings of the account keeps it from becoming public."


RULE = StackRule(
    name="aws-s3-bucket-has-public-access-block",
    severity=Severity.CRITICAL,
    summary="Every bucket has a block of public access of its own.",
    remedy=(
        "Add s3.BucketPublicAccessBlock with bucket=bucket.id and block_public_acls,"
        " block_public_policy, ignore_public_acls and restrict_public_buckets set to True."
    ),
    resource_types=("aws:s3/bucket:Bucket",),
    frameworks=(
        *PUBLIC_ACCESS,
        "CIS AWS 3.0.0 2.1.4",
    ),
    check=check,
)
