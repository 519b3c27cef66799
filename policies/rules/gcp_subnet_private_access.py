"""Subnets of Google Cloud reach Google by its private network."""

from policies.frameworks import OUTBOUND
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="gcp-subnet-private-access",
    severity=Severity.HIGH,
    summary="Subnets of Google Cloud reach Google by its private network.",
    remedy="Set private_ip_google_access=True.",
    resource_types=("gcp:compute/subnetwork:Subnetwork",),
    frameworks=(*OUTBOUND,),
    check=switched_on(
        "privateIpGoogleAccess", "Data and backups leave through the internet.", default=False
    ),
)
