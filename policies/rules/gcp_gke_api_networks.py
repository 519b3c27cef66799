"""The API server of GKE admits listed networks alone."""

from collections.abc import Iterator

from policies.cidrs import wide
from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Props, Rule, Severity
from policies.shapes import at, is_on, listed


def check(props: Props) -> Iterator[str]:
    """GKE admits everyone unless told otherwise; a private endpoint has no public address."""
    if is_on(at(props, "privateClusterConfig.enablePrivateEndpoint")):
        return
    config = at(props, "masterAuthorizedNetworksConfig")
    if config is None:
        yield "It admits the whole internet: no network is listed."
        return
    for cidr in wide(block["cidrBlock"] for block in listed(at(config, "cidrBlocks"))):
        yield f"It admits {cidr}."


RULE = Rule(
    name="gcp-gke-api-networks",
    severity=Severity.CRITICAL,
    summary="The API server of GKE admits listed networks alone.",
    remedy="Set master_authorized_networks_config with the networks that may connect.",
    resource_types=("gcp:container/cluster:Cluster",),
    frameworks=(
        *NETWORK_BOUNDARY,
        "CIS GKE 1.4.0 5.6.3",
    ),
    check=check,
)
