"""SSH in Google Cloud is closed to the internet."""

from policies.frameworks import NETWORK_BOUNDARY
from policies.gcp_firewalls import closed_to_world
from policies.rule import Rule, Severity

RULE = Rule(
    name="gcp-firewall-ssh-closed",
    severity=Severity.CRITICAL,
    summary="SSH in Google Cloud is closed to the internet.",
    remedy="List the networks in source_ranges, such as that of IAP, 35.235.240.0/20.",
    resource_types=("gcp:compute/firewall:Firewall",),
    frameworks=(*NETWORK_BOUNDARY,),
    check=closed_to_world(22, "SSH"),
)
