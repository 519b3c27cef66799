"""Subnets give no public address to what starts in them."""

from policies.frameworks import NETWORK_LAYERS
from policies.rule import Rule, Severity
from policies.shapes import switched_off

RULE = Rule(
    name="aws-subnet-no-public-addresses",
    severity=Severity.HIGH,
    summary="Subnets give no public address to what starts in them.",
    remedy="Leave map_public_ip_on_launch out, or set it to False.",
    resource_types=("aws:ec2/subnet:Subnet",),
    frameworks=(
        *NETWORK_LAYERS,
        "CIS EKS 1.5.0 5.4.3",
    ),
    check=switched_off(
        "mapPublicIpOnLaunch", "Whatever starts in it gets a public address.", default=False
    ),
)
