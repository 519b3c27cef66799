"""Nodes get no public address."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.frameworks import NETWORK_LAYERS
from policies.rule import Rule, Severity
from policies.shapes import each, is_on


def check_interface(interface: Mapping[str, Any]) -> Iterator[str]:
    if is_on(interface.get("associatePublicIpAddress")):
        yield "Its instances get a public address."


RULE = Rule(
    name="aws-launch-template-no-public-address",
    severity=Severity.HIGH,
    summary="Nodes get no public address.",
    remedy="Take associate_public_ip_address out of network_interfaces.",
    resource_types=("aws:ec2/launchTemplate:LaunchTemplate",),
    frameworks=(
        *NETWORK_LAYERS,
        "CIS EKS 1.5.0 5.4.3",
    ),
    check=each("networkInterfaces", check_interface),
)
