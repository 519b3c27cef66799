"""Volumes are encrypted."""

from policies.frameworks import AT_REST
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="aws-ebs-volume-encrypted",
    severity=Severity.HIGH,
    summary="Volumes are encrypted.",
    remedy="Set encrypted=True and kms_key_id.",
    resource_types=("aws:ebs/volume:Volume",),
    frameworks=(
        *AT_REST,
        "CIS AWS 3.0.0 2.2.1",
    ),
    check=switched_on("encrypted", "What lies on it is not encrypted.", default=False),
)
