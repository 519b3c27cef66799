"""The network add-on enforces network policies; by default it ignores them."""

import json
from collections.abc import Iterator

from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Props, Rule, Severity
from policies.shapes import at, is_on


def check(props: Props) -> Iterator[str]:
    if props["addonName"] != "vpc-cni":
        return
    values = json.loads(at(props, "configurationValues") or "{}")
    if not is_on(values.get("enableNetworkPolicy")):
        yield "Network policies are accepted and then not enforced."


RULE = Rule(
    name="byoc-network-policy-enforced",
    severity=Severity.CRITICAL,
    summary="The network add-on enforces network policies; by default it ignores them.",
    remedy=('Pass configuration_values={"enableNetworkPolicy": "true"} to the add-on vpc-cni.'),
    resource_types=("aws:eks/addon:Addon",),
    frameworks=(
        *NETWORK_BOUNDARY,
        "CIS EKS 1.5.0 4.3.1",
    ),
    check=check,
)
