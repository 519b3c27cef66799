"""A VPC answers names: endpoints and nodes depend on it."""

from policies.frameworks import HARDENING
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="aws-vpc-dns-support",
    severity=Severity.MEDIUM,
    summary="A VPC answers names: endpoints and nodes depend on it.",
    remedy="Leave enable_dns_support out, or set it to True.",
    resource_types=("aws:ec2/vpc:Vpc",),
    frameworks=(*HARDENING,),
    check=switched_on("enableDnsSupport", "Names are not answered in it.", default=True),
)
