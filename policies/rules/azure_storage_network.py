"""Storage accounts admit listed networks alone."""

from collections.abc import Iterator

from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Props, Rule, Severity
from policies.shapes import at


def check(props: Props) -> Iterator[str]:
    """Azure admits every network unless told otherwise."""
    closed = at(props, "publicNetworkAccess") == "Disabled"
    if not closed and at(props, "networkRuleSet.defaultAction") != "Deny":
        yield "It can be reached from every network."


RULE = Rule(
    name="azure-storage-network",
    severity=Severity.HIGH,
    summary="Storage accounts admit listed networks alone.",
    remedy=(
        'Set network_rule_set={"default_action": "Deny", ...}, or public_network_access="Disabled".'
    ),
    resource_types=("azure-native:storage:StorageAccount",),
    frameworks=(*NETWORK_BOUNDARY,),
    check=check,
)
