"""A load balancer admits listed networks, not the whole internet."""

from collections.abc import Iterator

from policies.cidrs import wide
from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props) -> Iterator[str]:
    """Without ranges a load balancer admits everyone."""
    if at(props, "spec.type") != "LoadBalancer":
        return
    ranges = listed(at(props, "spec.loadBalancerSourceRanges"))
    for cidr in wide(ranges) if ranges else ["0.0.0.0/0"]:
        yield f"Its load balancer admits {cidr}."


RULE = Rule(
    name="byoc-load-balancer-sources",
    severity=Severity.CRITICAL,
    summary="A load balancer admits listed networks, not the whole internet.",
    remedy=("Set byoc:endpoints.publicSourceRanges, which becomes loadBalancerSourceRanges."),
    resource_types=("kubernetes:core/v1:Service",),
    frameworks=(*NETWORK_BOUNDARY,),
    check=check,
)
