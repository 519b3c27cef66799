"""Incomplete uploads are removed after some days."""

from collections.abc import Iterator

from policies.frameworks import CAPACITY
from policies.rule import Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props) -> Iterator[str]:
    for rule in listed(at(props, "rules")):
        days = at(rule, "abortIncompleteMultipartUpload.daysAfterInitiation")
        if rule["status"] == "Enabled" and days:
            return
    yield "Uploads that never finish stay for ever, unseen and paid for."


RULE = Rule(
    name="aws-s3-aborts-uploads",
    severity=Severity.LOW,
    summary="Incomplete uploads are removed after some days.",
    remedy=(
        'Add abort_incomplete_multipart_upload={"days_after_initiation": 7} to an enabled rule.'
    ),
    resource_types=("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",),
    frameworks=(*CAPACITY,),
    check=check,
)
