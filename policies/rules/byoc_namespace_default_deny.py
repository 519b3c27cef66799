"""Every namespace denies what no network policy allows."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.frameworks import NETWORK_BOUNDARY
from policies.pods import namespace
from policies.rule import Finding, Severity, Stack, StackRule
from policies.shapes import at, listed

NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def check(stack: Stack) -> Iterator[Finding]:
    closed = {
        namespace(policy.props)
        for policy in stack.all(NETWORK_POLICY)
        if denies_all(policy.props["spec"])
    }
    for space in stack.all("kubernetes:core/v1:Namespace"):
        if at(space.props, "metadata.name") not in closed:
            yield space, "Its pods may connect and be connected to: no policy denies by default."


def denies_all(spec: Mapping[str, Any]) -> bool:
    selector = spec.get("podSelector") or {}
    everyone = not selector.get("matchLabels") and not selector.get("matchExpressions")
    both = {"Ingress", "Egress"} <= set(listed(spec.get("policyTypes")))
    return everyone and both and not spec.get("ingress") and not spec.get("egress")


RULE = StackRule(
    name="byoc-namespace-default-deny",
    severity=Severity.HIGH,
    summary="Every namespace denies what no network policy allows.",
    remedy=("Add a NetworkPolicy with podSelector: {} and policyTypes: [Ingress, Egress]."),
    resource_types=("kubernetes:core/v1:Namespace",),
    frameworks=(
        *NETWORK_BOUNDARY,
        "CIS EKS 1.5.0 4.3.2",
    ),
    check=check,
)
