"""Databases of the control plane are encrypted."""

from policies.frameworks import AT_REST
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="aws-rds-encrypted",
    severity=Severity.HIGH,
    summary="Databases of the control plane are encrypted.",
    remedy="Set storage_encrypted=True.",
    resource_types=("aws:rds/instance:Instance",),
    frameworks=(
        *AT_REST,
        "CIS AWS 3.0.0 2.3.1",
    ),
    check=switched_on("storageEncrypted", "What lies in it is not encrypted.", default=False),
)
