"""No network policy lets everyone in."""

from collections.abc import Iterator

from policies.cidrs import is_everything
from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props) -> Iterator[str]:
    """A rule without peers allows every peer."""
    for rule in listed(at(props, "spec.ingress")):
        peers = listed(rule.get("from"))
        if not peers:
            yield "It lets everyone in: a rule names nobody."
        for peer in peers:
            cidr = at(peer, "ipBlock.cidr")
            if cidr and is_everything(cidr):
                yield f"It lets {cidr} in."


RULE = Rule(
    name="kubernetes-network-policy-no-open-ingress",
    severity=Severity.HIGH,
    summary="No network policy lets everyone in.",
    remedy="Name pods, namespaces or networks in from.",
    resource_types=("kubernetes:networking.k8s.io/v1:NetworkPolicy",),
    frameworks=(*NETWORK_BOUNDARY,),
    check=check,
)
