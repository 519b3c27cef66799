"""Nothing connects to Tailscale: it reaches out, and is not reached."""

from collections.abc import Iterator

from policies.frameworks import NETWORK_BOUNDARY
from policies.pods import namespace
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    if namespace(props) != parameters["namespace"]:
        return
    if listed(at(props, "spec.ingress")):
        yield "It lets connections in to the pods of the Tailscale namespace."
    if "Ingress" not in listed(at(props, "spec.policyTypes") or ["Ingress"]):
        yield "It says nothing about inbound connections, which are then allowed."


RULE = Rule(
    name="byoc-tailscale-outbound-only",
    severity=Severity.CRITICAL,
    summary="Nothing connects to Tailscale: it reaches out, and is not reached.",
    remedy="Take the ingress rules out of the policies of the Tailscale namespace.",
    resource_types=("kubernetes:networking.k8s.io/v1:NetworkPolicy",),
    frameworks=(*NETWORK_BOUNDARY,),
    parameters={"namespace": "byoc-tailscale"},
    check=check,
)
