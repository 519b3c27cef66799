"""Databases of the control plane are protected from deletion."""

from policies.frameworks import RECOVERY
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="aws-rds-protected",
    severity=Severity.HIGH,
    summary="Databases of the control plane are protected from deletion.",
    remedy="Set deletion_protection=True.",
    resource_types=("aws:rds/instance:Instance",),
    frameworks=(*RECOVERY,),
    check=switched_on("deletionProtection", "One call deletes it.", default=False),
)
