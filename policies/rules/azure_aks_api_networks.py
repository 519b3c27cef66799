"""The API server of AKS is private, or admits listed networks alone."""

from collections.abc import Iterator

from policies.cidrs import wide
from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Props, Rule, Severity
from policies.shapes import at, is_on, listed


def check(props: Props) -> Iterator[str]:
    profile = at(props, "apiServerAccessProfile") or {}
    if is_on(profile.get("enablePrivateCluster")):
        return
    ranges = listed(profile.get("authorizedIPRanges")) or ["0.0.0.0/0"]
    for cidr in wide(ranges):
        yield f"It admits {cidr}."


RULE = Rule(
    name="azure-aks-api-networks",
    severity=Severity.CRITICAL,
    summary="The API server of AKS is private, or admits listed networks alone.",
    remedy='Set api_server_access_profile={"authorized_ip_ranges": [...]}.',
    resource_types=("azure-native:containerservice:ManagedCluster",),
    frameworks=(*NETWORK_BOUNDARY,),
    check=check,
)
