"""No bucket policy lets everyone in."""

from collections.abc import Iterator

from policies.documents import statements
from policies.frameworks import PUBLIC_ACCESS
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    for statement in statements(props["policy"]):
        if statement.allows and ("*" in statement.accounts() or statement.not_principals):
            yield f"It allows {', '.join(statement.actions)} to everyone."


RULE = Rule(
    name="aws-s3-bucket-policy-not-public",
    severity=Severity.CRITICAL,
    summary="No bucket policy lets everyone in.",
    remedy=(
        'Take the Allow statement away, or name who may: "Principal": {"AWS": "<ARN of a role>"}.'
    ),
    resource_types=("aws:s3/bucketPolicy:BucketPolicy",),
    frameworks=(*PUBLIC_ACCESS,),
    check=check,
)
