"""No right in Google Cloud is given to everyone."""

from collections.abc import Iterator

from policies.frameworks import PUBLIC_ACCESS
from policies.rule import Props, Rule, Severity
from policies.shapes import at, listed

EVERYONE = {"allUsers", "allAuthenticatedUsers"}


def check(props: Props) -> Iterator[str]:
    members = {*listed(at(props, "member")), *listed(at(props, "members"))}
    for member in sorted(members & EVERYONE):
        yield f"It gives {at(props, 'role') or 'a role'} to {member}."


RULE = Rule(
    name="gcp-iam-not-public",
    severity=Severity.CRITICAL,
    summary="No right in Google Cloud is given to everyone.",
    remedy="Name the service account or the group.",
    resource_types=(
        "gcp:storage/bucketIAMMember:BucketIAMMember",
        "gcp:storage/bucketIAMBinding:BucketIAMBinding",
        "gcp:projects/iAMMember:IAMMember",
        "gcp:projects/iAMBinding:IAMBinding",
    ),
    frameworks=(*PUBLIC_ACCESS,),
    check=check,
)
