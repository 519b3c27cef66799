"""RDP (port 3389) is closed to the internet."""

from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Rule, Severity
from policies.security_groups import INBOUND, closed_to_world

RULE = Rule(
    name="aws-security-group-rdp-closed",
    severity=Severity.CRITICAL,
    summary="RDP (port 3389) is closed to the internet.",
    remedy=("List the networks that need it instead of 0.0.0.0/0 or ::/0, or take the rule away."),
    resource_types=INBOUND,
    frameworks=(
        *NETWORK_BOUNDARY,
        "CIS AWS 3.0.0 5.2",
    ),
    check=closed_to_world(3389, "RDP"),
)
