"""Flow logs record what was refused."""

from policies.frameworks import LOGGING
from policies.rule import Rule, Severity
from policies.shapes import one_of

RULE = Rule(
    name="aws-flow-log-traffic",
    severity=Severity.MEDIUM,
    summary="Flow logs record what was refused.",
    remedy='Set traffic_type="ALL" or "REJECT".',
    resource_types=("aws:ec2/flowLog:FlowLog",),
    frameworks=(
        *LOGGING,
        "CIS AWS 3.0.0 3.7",
    ),
    check=one_of(
        "trafficType",
        ("ALL", "REJECT"),
        "It records {value}: no refused connection.",
        default="ALL",
    ),
)
