"""Tailscale offers the addresses of Services, and is no way out for others."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.cidrs import wide
from policies.frameworks import NETWORK_BOUNDARY
from policies.pods import WORKLOADS
from policies.rule import Rule, Severity
from policies.tailscale import per_agent


def check_agent(environment: Mapping[str, Any]) -> Iterator[str]:
    for cidr in wide(filter(None, environment.get("TS_ROUTES", "").split(","))):
        yield f"Its agent offers {cidr}: everything that the VPC can reach."
    if "--advertise-exit-node" in environment.get("TS_EXTRA_ARGS", ""):
        yield "Its agent lets the whole tailnet out through this VPC."


RULE = Rule(
    name="byoc-tailscale-routes",
    severity=Severity.HIGH,
    summary="Tailscale offers the addresses of Services, and is no way out for others.",
    remedy="Set TS_ROUTES to the range of Services, and take --advertise-exit-node out.",
    resource_types=WORKLOADS,
    frameworks=(*NETWORK_BOUNDARY,),
    check=per_agent(check_agent),
)
