"""A bucket of Google Cloud that is not empty cannot be deleted."""

from policies.frameworks import RECOVERY
from policies.rule import Rule, Severity
from policies.shapes import switched_off

RULE = Rule(
    name="gcp-bucket-force-destroy",
    severity=Severity.CRITICAL,
    summary="A bucket of Google Cloud that is not empty cannot be deleted.",
    remedy="Leave force_destroy out, or set it to False.",
    resource_types=("gcp:storage/bucket:Bucket",),
    frameworks=(*RECOVERY,),
    check=switched_off("forceDestroy", "Deleting it deletes every object in it.", default=False),
)
