"""Buckets of Google Cloud have no access lists on objects."""

from policies.frameworks import PUBLIC_ACCESS
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="gcp-bucket-uniform-access",
    severity=Severity.HIGH,
    summary="Buckets of Google Cloud have no access lists on objects.",
    remedy="Set uniform_bucket_level_access=True.",
    resource_types=("gcp:storage/bucket:Bucket",),
    frameworks=(*PUBLIC_ACCESS,),
    check=switched_on(
        "uniformBucketLevelAccess", "Each object may have an access list of its own.", default=False
    ),
)
