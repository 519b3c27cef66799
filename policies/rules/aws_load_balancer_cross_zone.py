"""Network load balancers reach the pods of every zone."""

from collections.abc import Iterator

from policies.frameworks import AVAILABILITY
from policies.rule import Props, Rule, Severity
from policies.shapes import at, is_on


def check(props: Props) -> Iterator[str]:
    """Application load balancers always do."""
    network = at(props, "loadBalancerType") == "network"
    if network and not is_on(at(props, "enableCrossZoneLoadBalancing")):
        yield "A zone without a healthy pod answers nobody."


RULE = Rule(
    name="aws-load-balancer-cross-zone",
    severity=Severity.MEDIUM,
    summary="Network load balancers reach the pods of every zone.",
    remedy="Set enable_cross_zone_load_balancing=True.",
    resource_types=("aws:lb/loadBalancer:LoadBalancer",),
    frameworks=(*AVAILABILITY,),
    check=check,
)
