"""Databases have no public address."""

from policies.frameworks import PUBLIC_ACCESS
from policies.rule import Rule, Severity
from policies.shapes import switched_off

RULE = Rule(
    name="aws-rds-private",
    severity=Severity.CRITICAL,
    summary="Databases have no public address.",
    remedy="Set publicly_accessible=False.",
    resource_types=("aws:rds/instance:Instance",),
    frameworks=(
        *PUBLIC_ACCESS,
        "CIS AWS 3.0.0 2.3.3",
    ),
    check=switched_off("publiclyAccessible", "It can be reached from the internet.", default=False),
)
