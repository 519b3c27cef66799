"""Networks of Google Cloud have no subnets but ours."""

from policies.frameworks import ADDRESSES, NETWORK_LAYERS
from policies.rule import Rule, Severity
from policies.shapes import switched_off

RULE = Rule(
    name="gcp-network-no-auto-subnets",
    severity=Severity.MEDIUM,
    summary="Networks of Google Cloud have no subnets but ours.",
    remedy="Set auto_create_subnetworks=False.",
    resource_types=("gcp:compute/network:Network",),
    frameworks=(
        *ADDRESSES,
        *NETWORK_LAYERS,
    ),
    check=switched_off(
        "autoCreateSubnetworks",
        "It has a subnet in every region, with ranges that peers have as well.",
        default=True,
    ),
)
