"""Public access to buckets of Google Cloud is prevented."""

from policies.frameworks import PUBLIC_ACCESS
from policies.rule import Rule, Severity
from policies.shapes import one_of

RULE = Rule(
    name="gcp-bucket-not-public",
    severity=Severity.CRITICAL,
    summary="Public access to buckets of Google Cloud is prevented.",
    remedy='Set public_access_prevention="enforced".',
    resource_types=("gcp:storage/bucket:Bucket",),
    frameworks=(*PUBLIC_ACCESS,),
    check=one_of(
        "publicAccessPrevention",
        ("enforced",),
        "It can be made public: {value}.",
        default="inherited",
    ),
)
