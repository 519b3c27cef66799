"""Every bucket says by which key it encrypts."""

from collections.abc import Iterator

from policies.frameworks import AT_REST
from policies.rule import Finding, Severity, Stack, StackRule

SETTING = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"


def check(stack: Stack) -> Iterator[Finding]:
    for bucket in stack.all("aws:s3/bucket:Bucket"):
        if not stack.referring(bucket, "bucket", SETTING):
            yield bucket, "It encrypts by a key of AWS that nobody can revoke."


RULE = StackRule(
    name="aws-s3-bucket-has-encryption",
    severity=Severity.HIGH,
    summary="Every bucket says by which key it encrypts.",
    remedy="Add s3.BucketServerSideEncryptionConfiguration with a key of KMS.",
    resource_types=("aws:s3/bucket:Bucket",),
    frameworks=(*AT_REST,),
    check=check,
)
