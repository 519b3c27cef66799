"""No access list opens a bucket or an object."""

from policies.frameworks import PUBLIC_ACCESS
from policies.rule import Rule, Severity
from policies.shapes import none_of

OPEN = ("public-read", "public-read-write", "authenticated-read", "aws-exec-read")


RULE = Rule(
    name="aws-s3-no-public-list",
    severity=Severity.CRITICAL,
    summary="No access list opens a bucket or an object.",
    remedy='Take acl away, or set it to "private".',
    resource_types=(
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketAcl:BucketAcl",
        "aws:s3/bucketObject:BucketObject",
        "aws:s3/bucketObjectv2:BucketObjectv2",
    ),
    frameworks=(*PUBLIC_ACCESS,),
    check=none_of("acl", OPEN, "Its access list is {value}.", default="private"),
)
