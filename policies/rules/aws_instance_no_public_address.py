"""Instances get no public address."""

from policies.frameworks import NETWORK_LAYERS
from policies.rule import Rule, Severity
from policies.shapes import switched_off

RULE = Rule(
    name="aws-instance-no-public-address",
    severity=Severity.HIGH,
    summary="Instances get no public address.",
    remedy="Set associate_public_ip_address=False.",
    resource_types=("aws:ec2/instance:Instance",),
    frameworks=(*NETWORK_LAYERS,),
    check=switched_off("associatePublicIpAddress", "It has a public address.", default=False),
)
