"""Public access to buckets is blocked in all four ways."""

from collections.abc import Iterator

from policies.frameworks import PUBLIC_ACCESS
from policies.rule import Props, Rule, Severity
from policies.shapes import at, is_on

SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def check(props: Props) -> Iterator[str]:
    """Each one is off unless it is set."""
    for switch in SWITCHES:
        if not is_on(at(props, switch)):
            yield f"{switch} is off."


RULE = Rule(
    name="aws-s3-public-access-blocked",
    severity=Severity.CRITICAL,
    summary="Public access to buckets is blocked in all four ways.",
    remedy=(
        "Set block_public_acls, block_public_policy, ignore_public_acls and"
        " restrict_public_buckets to True."
    ),
    resource_types=(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
    ),
    frameworks=(
        *PUBLIC_ACCESS,
        "CIS AWS 3.0.0 2.1.4",
    ),
    check=check,
)
