"""GKE enforces network policies."""

from collections.abc import Iterator

from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Props, Rule, Severity
from policies.shapes import at, is_on


def check(props: Props) -> Iterator[str]:
    dataplane = at(props, "datapathProvider") == "ADVANCED_DATAPATH"
    if not dataplane and not is_on(at(props, "networkPolicy.enabled")):
        yield "Network policies are accepted and then not enforced."


RULE = Rule(
    name="gcp-gke-network-policy",
    severity=Severity.CRITICAL,
    summary="GKE enforces network policies.",
    remedy='Set datapath_provider="ADVANCED_DATAPATH".',
    resource_types=("gcp:container/cluster:Cluster",),
    frameworks=(
        *NETWORK_BOUNDARY,
        "CIS GKE 1.4.0 5.6.7",
    ),
    check=check,
)
