"""Nodes of GKE have a service account with few rights."""

from collections.abc import Iterator

from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Props, Rule, Severity
from policies.shapes import at


def check(props: Props) -> Iterator[str]:
    config = at(props, "nodeConfig") or {}
    if "serviceAccount" not in set(config):
        yield "Its nodes run as the default account of Compute Engine."


RULE = Rule(
    name="gcp-gke-node-account",
    severity=Severity.HIGH,
    summary="Nodes of GKE have a service account with few rights.",
    remedy='Set node_config["service_account"]; the default one may edit the project.',
    resource_types=("gcp:container/nodePool:NodePool",),
    frameworks=(
        *LEAST_PRIVILEGE,
        "CIS GKE 1.4.0 5.2.1",
    ),
    check=check,
)
