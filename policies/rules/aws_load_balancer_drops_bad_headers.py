"""Application load balancers drop headers that are no headers."""

from collections.abc import Iterator

from policies.frameworks import HARDENING
from policies.rule import Props, Rule, Severity
from policies.shapes import at, is_on


def check(props: Props) -> Iterator[str]:
    kind = at(props, "loadBalancerType") or "application"
    if kind == "application" and not is_on(at(props, "dropInvalidHeaderFields")):
        yield "It passes malformed headers on, which serves request smuggling."


RULE = Rule(
    name="aws-load-balancer-drops-bad-headers",
    severity=Severity.MEDIUM,
    summary="Application load balancers drop headers that are no headers.",
    remedy="Set drop_invalid_header_fields=True.",
    resource_types=("aws:lb/loadBalancer:LoadBalancer",),
    frameworks=(*HARDENING,),
    check=check,
)
