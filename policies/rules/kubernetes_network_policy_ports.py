"""Network policies name ports."""

from collections.abc import Iterator

from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props) -> Iterator[str]:
    for direction in ("ingress", "egress"):
        for rule in listed(at(props, f"spec.{direction}")):
            if not listed(rule.get("ports")):
                yield f"A rule of {direction} allows every port."


RULE = Rule(
    name="kubernetes-network-policy-ports",
    severity=Severity.MEDIUM,
    summary="Network policies name ports.",
    remedy="Add ports to the rule.",
    resource_types=("kubernetes:networking.k8s.io/v1:NetworkPolicy",),
    frameworks=(*NETWORK_BOUNDARY,),
    check=check,
)
