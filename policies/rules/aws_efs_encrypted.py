"""File systems are encrypted."""

from policies.frameworks import AT_REST
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="aws-efs-encrypted",
    severity=Severity.HIGH,
    summary="File systems are encrypted.",
    remedy="Set encrypted=True.",
    resource_types=("aws:efs/fileSystem:FileSystem",),
    frameworks=(
        *AT_REST,
        "CIS AWS 3.0.0 2.4.1",
    ),
    check=switched_on("encrypted", "What lies on it is not encrypted.", default=False),
)
