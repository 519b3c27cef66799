"""Subnets lie inside their VPC and do not overlap each other."""

from collections.abc import Iterator

from policies.cidrs import inside, overlap
from policies.frameworks import ADDRESSES
from policies.rule import Finding, Severity, Stack, StackRule


def check(stack: Stack) -> Iterator[Finding]:
    for vpc in stack.all("aws:ec2/vpc:Vpc"):
        subnets = stack.referring(vpc, "vpcId", "aws:ec2/subnet:Subnet")
        placed = [(s, s.props["cidrBlock"]) for s in subnets if "cidrBlock" in set(s.props)]
        for index, (subnet, cidr) in enumerate(placed):
            if not inside(cidr, vpc.props["cidrBlock"]):
                yield subnet, f"{cidr} lies outside of the VPC, {vpc.props['cidrBlock']}."
            for other, taken in placed[:index]:
                if overlap(cidr, taken):
                    yield subnet, f"{cidr} overlaps {taken} of {other.name}."


RULE = StackRule(
    name="byoc-subnets-inside-vpc",
    severity=Severity.HIGH,
    summary="Subnets lie inside their VPC and do not overlap each other.",
    remedy="Let the network layer lay them out, or correct cidr_block.",
    resource_types=("aws:ec2/subnet:Subnet",),
    frameworks=(*ADDRESSES,),
    check=check,
)
