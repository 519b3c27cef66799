"""Pods that may reach every address cannot reach the metadata of their node."""

from collections.abc import Iterator

from policies.cidrs import inside
from policies.frameworks import ISOLATION, OUTBOUND
from policies.rule import Props, Rule, Severity
from policies.shapes import at, listed

METADATA = "169.254.169.254/32"


def check(props: Props) -> Iterator[str]:
    for rule in listed(at(props, "spec.egress")):
        for peer in listed(rule.get("to")):
            cidr = at(peer, "ipBlock.cidr")
            left_out = listed(at(peer, "ipBlock.except"))
            if cidr and inside(METADATA, cidr) and not any(inside(METADATA, e) for e in left_out):
                yield f"{cidr} includes the metadata service of the node, {METADATA}."


RULE = Rule(
    name="kubernetes-network-policy-metadata",
    severity=Severity.HIGH,
    summary="Pods that may reach every address cannot reach the metadata of their node.",
    remedy="Add 169.254.169.254/32 to except of the ipBlock.",
    resource_types=("kubernetes:networking.k8s.io/v1:NetworkPolicy",),
    frameworks=(
        *ISOLATION,
        *OUTBOUND,
    ),
    check=check,
)
