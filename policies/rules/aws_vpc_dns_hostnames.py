"""A VPC gives host names: private names of endpoints depend on it."""

from policies.frameworks import HARDENING
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="aws-vpc-dns-hostnames",
    severity=Severity.MEDIUM,
    summary="A VPC gives host names: private names of endpoints depend on it.",
    remedy="Set enable_dns_hostnames=True.",
    resource_types=("aws:ec2/vpc:Vpc",),
    frameworks=(*HARDENING,),
    check=switched_on(
        "enableDnsHostnames",
        "It gives no host names: private DNS of endpoints fails.",
        default=False,
    ),
)
