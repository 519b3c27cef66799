"""Buckets ask KMS once per bucket key, not once per object."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.frameworks import CAPACITY
from policies.rule import Rule, Severity
from policies.shapes import at, each, is_on


def check_rule(rule: Mapping[str, Any]) -> Iterator[str]:
    """S3's own key, AES256, asks KMS for nothing."""
    by_s3 = at(rule, "applyServerSideEncryptionByDefault.sseAlgorithm") == "AES256"
    if not by_s3 and not is_on(rule.get("bucketKeyEnabled")):
        yield "Each object asks KMS for a key of its own."


RULE = Rule(
    name="aws-s3-bucket-key",
    severity=Severity.LOW,
    summary="Buckets ask KMS once per bucket key, not once per object.",
    remedy=(
        "Set bucket_key_enabled=True: parts are many, and each call to KMS is paid and limited."
    ),
    resource_types=(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    ),
    frameworks=(*CAPACITY,),
    check=each("rules", check_rule),
)
