"""Nobody is owner or editor of a whole project."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Rule, Severity
from policies.shapes import none_of

RULE = Rule(
    name="gcp-iam-no-basic-roles",
    severity=Severity.HIGH,
    summary="Nobody is owner or editor of a whole project.",
    remedy="Give the roles that are needed.",
    resource_types=(
        "gcp:storage/bucketIAMMember:BucketIAMMember",
        "gcp:storage/bucketIAMBinding:BucketIAMBinding",
        "gcp:projects/iAMMember:IAMMember",
        "gcp:projects/iAMBinding:IAMBinding",
    ),
    frameworks=(*LEAST_PRIVILEGE,),
    check=none_of(
        "role", ("roles/owner", "roles/editor"), "It gives the role {value}.", default=None
    ),
)
