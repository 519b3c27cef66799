"""Private subnets are /23 or larger: each pod takes an address."""

from collections.abc import Iterator
from ipaddress import ip_network

from policies.frameworks import SUBNET_SIZE
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    cidr = at(props, "cidrBlock")
    if not cidr or "kubernetes.io/role/internal-elb" not in (at(props, "tags") or {}):
        return
    if ip_network(cidr).prefixlen > parameters["longestPrefix"]:
        yield f"{cidr} has too few addresses: /{parameters['longestPrefix']} is the smallest."


RULE = Rule(
    name="byoc-private-subnet-size",
    severity=Severity.MEDIUM,
    summary="Private subnets are /23 or larger: each pod takes an address.",
    remedy="Set byoc:network.cidr to a larger block, or give /23 subnets of your own.",
    resource_types=("aws:ec2/subnet:Subnet",),
    frameworks=(*SUBNET_SIZE,),
    parameters={"longestPrefix": 23},
    check=check,
)
