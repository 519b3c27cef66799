"""Every bucket refuses requests without TLS."""

from collections.abc import Iterator

from policies.documents import Statement, statements
from policies.frameworks import IN_TRANSIT
from policies.rule import Finding, Severity, Stack, StackRule

BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"


def check(stack: Stack) -> Iterator[Finding]:
    for bucket in stack.all("aws:s3/bucket:Bucket"):
        policies = stack.referring(bucket, "bucket", BUCKET_POLICY)
        if not any(refuses_plain_text(s) for p in policies for s in statements(p.props["policy"])):
            yield bucket, "It answers requests in plain text."


def refuses_plain_text(statement: Statement) -> bool:
    return (
        not statement.allows
        and bool({"s3:*", "*"}.intersection(statement.actions))
        and statement.accounts() == ("*",)
        and "false" in statement.demanded("aws:SecureTransport")
    )


RULE = StackRule(
    name="aws-s3-bucket-tls-only",
    severity=Severity.HIGH,
    summary="Every bucket refuses requests without TLS.",
    remedy="Deny s3:* in its policy where aws:SecureTransport is false.",
    resource_types=("aws:s3/bucket:Bucket",),
    frameworks=(
        *IN_TRANSIT,
        "CIS AWS 3.0.0 2.1.1",
    ),
    check=check,
)
