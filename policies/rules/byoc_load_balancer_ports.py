"""Load balancers open the TLS ports of ClickHouse alone."""

from collections.abc import Iterator

from policies.frameworks import IN_TRANSIT
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    if at(props, "spec.type") != "LoadBalancer":
        return
    for entry in listed(at(props, "spec.ports")):
        if entry["port"] not in parameters["ports"]:
            yield f"Its load balancer opens the port {entry['port']:g}."


RULE = Rule(
    name="byoc-load-balancer-ports",
    severity=Severity.HIGH,
    summary="Load balancers open the TLS ports of ClickHouse alone.",
    remedy="Keep 443, 8443 and 9440; plain 8123 and 9000 stay inside the cluster.",
    resource_types=("kubernetes:core/v1:Service",),
    frameworks=(*IN_TRANSIT,),
    parameters={"ports": [443, 8443, 9440]},
    check=check,
)
