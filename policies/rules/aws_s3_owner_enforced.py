"""The owner of a bucket owns its objects, and access lists are off."""

from policies.frameworks import PUBLIC_ACCESS
from policies.rule import Rule, Severity
from policies.shapes import one_of

RULE = Rule(
    name="aws-s3-owner-enforced",
    severity=Severity.MEDIUM,
    summary="The owner of a bucket owns its objects, and access lists are off.",
    remedy='Set rule={"object_ownership": "BucketOwnerEnforced"}.',
    resource_types=("aws:s3/bucketOwnershipControls:BucketOwnershipControls",),
    frameworks=(*PUBLIC_ACCESS,),
    check=one_of(
        "rule.objectOwnership",
        ("BucketOwnerEnforced",),
        "Access lists still count: {value}.",
        default=None,
    ),
)
