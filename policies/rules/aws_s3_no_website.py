"""No bucket is a web site."""

from collections.abc import Iterator

from policies.frameworks import IN_TRANSIT, PUBLIC_ACCESS
from policies.rule import Props, Rule, Severity
from policies.shapes import at

KEYS = ("indexDocument", "redirectAllRequestsTo", "website")


def check(props: Props) -> Iterator[str]:
    if any(at(props, key) for key in KEYS):
        yield "It answers as a web site, in plain HTTP."


RULE = Rule(
    name="aws-s3-no-website",
    severity=Severity.HIGH,
    summary="No bucket is a web site.",
    remedy="Take the web site away: it answers without TLS.",
    resource_types=(
        "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration",
        "aws:s3/bucket:Bucket",
    ),
    frameworks=(
        *PUBLIC_ACCESS,
        *IN_TRANSIT,
    ),
    check=check,
)
