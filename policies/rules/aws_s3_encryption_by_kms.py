"""Buckets encrypt by a key of KMS that the customer can revoke."""

from collections.abc import Iterator

from policies.frameworks import AT_REST, KEYS
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    """S3 delivers access logs to no bucket that encrypts by a key of KMS."""
    if str(at(props, "bucket")).endswith(tuple(parameters["logSuffixes"])):
        return
    for rule in listed(at(props, "rules")):
        algorithm = at(rule, "applyServerSideEncryptionByDefault.sseAlgorithm") or "AES256"
        if not algorithm.startswith("aws:kms"):
            yield f"It encrypts by {algorithm}, whose key nobody can revoke."
        elif "kmsMasterKeyId" not in set(at(rule, "applyServerSideEncryptionByDefault")):
            yield "It encrypts by the key aws/s3, which has no policy of its own."


RULE = Rule(
    name="aws-s3-encryption-by-kms",
    severity=Severity.HIGH,
    summary="Buckets encrypt by a key of KMS that the customer can revoke.",
    remedy='Set sse_algorithm="aws:kms" and kms_master_key_id.',
    resource_types=(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    ),
    frameworks=(
        *AT_REST,
        *KEYS,
    ),
    parameters={"logSuffixes": ["-logs"]},
    check=check,
)
