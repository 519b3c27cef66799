"""The only ways into the cluster are the load balancers of the ingress."""

from collections.abc import Iterator

from policies.frameworks import NETWORK_BOUNDARY
from policies.pods import namespace
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    kind = at(props, "spec.type")
    if kind == "LoadBalancer" and namespace(props) not in parameters["namespaces"]:
        yield f"It opens a load balancer of its own into the namespace {namespace(props)}."
    if kind == "NodePort":
        yield "It opens a port on every node, past the load balancers."
    if listed(at(props, "spec.externalIPs")):
        yield "It takes traffic of foreign addresses (externalIPs)."


RULE = Rule(
    name="byoc-declared-load-balancers",
    severity=Severity.CRITICAL,
    summary="The only ways into the cluster are the load balancers of the ingress.",
    remedy=(
        "Set type: ClusterIP and route through the ingress, or list the Service in the parameters."
    ),
    resource_types=("kubernetes:core/v1:Service",),
    frameworks=(*NETWORK_BOUNDARY,),
    parameters={"namespaces": ["byoc-ingress"]},
    check=check,
)
