"""A VPC of a deployment has room for its pods: /22 or larger."""

from collections.abc import Iterator
from ipaddress import ip_network

from policies.frameworks import SUBNET_SIZE
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    cidr = at(props, "cidrBlock")
    if cidr and ip_network(cidr).prefixlen > parameters["longestPrefix"]:
        yield f"{cidr} has too few addresses: /{parameters['longestPrefix']} is the smallest."


RULE = Rule(
    name="byoc-vpc-size",
    severity=Severity.MEDIUM,
    summary="A VPC of a deployment has room for its pods: /22 or larger.",
    remedy="Set byoc:network.cidr to a /22 or larger; it cannot grow later.",
    resource_types=("aws:ec2/vpc:Vpc",),
    frameworks=(*SUBNET_SIZE,),
    parameters={"longestPrefix": 22},
    check=check,
)
