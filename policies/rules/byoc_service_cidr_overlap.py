"""Addresses of Kubernetes Services overlap neither the VPC nor a peer."""

from collections.abc import Iterator

from policies.cidrs import overlap
from policies.frameworks import ADDRESSES
from policies.rule import Finding, Severity, Stack, StackRule
from policies.shapes import at


def check(stack: Stack) -> Iterator[Finding]:
    """Without a range EKS takes 10.100.0.0/16 or 172.20.0.0/16, whichever the VPC leaves free."""
    others = [vpc.props["cidrBlock"] for vpc in stack.all("aws:ec2/vpc:Vpc")]
    for route in stack.all("aws:ec2/route:Route"):
        if "vpcPeeringConnectionId" in set(route.props):
            others.append(route.props["destinationCidrBlock"])
    for cluster in stack.all("aws:eks/cluster:Cluster"):
        services = at(cluster.props, "kubernetesNetworkConfig.serviceIpv4Cidr")
        for other in dict.fromkeys(others):
            if services and overlap(services, other):
                yield cluster, f"The range of Services, {services}, overlaps {other}."


RULE = StackRule(
    name="byoc-service-cidr-overlap",
    severity=Severity.CRITICAL,
    summary="Addresses of Kubernetes Services overlap neither the VPC nor a peer.",
    remedy=(
        "Set byoc:cluster.serviceCidr to a range outside of VPC and peers, such as 172.20.0.0/16."
    ),
    resource_types=("aws:eks/cluster:Cluster",),
    frameworks=(*ADDRESSES,),
    check=check,
)
