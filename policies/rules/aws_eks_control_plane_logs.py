"""The control plane writes all five logs, the audit log among them."""

from collections.abc import Iterator

from policies.frameworks import LOGGING
from policies.rule import Props, Rule, Severity
from policies.shapes import at, listed

LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")


def check(props: Props) -> Iterator[str]:
    missing = [log for log in LOGS if log not in listed(at(props, "enabledClusterLogTypes"))]
    if missing:
        yield f"It does not write the logs {', '.join(missing)}."


RULE = Rule(
    name="aws-eks-control-plane-logs",
    severity=Severity.HIGH,
    summary="The control plane writes all five logs, the audit log among them.",
    remedy="Set enabled_cluster_log_types to all five.",
    resource_types=("aws:eks/cluster:Cluster",),
    frameworks=(
        *LOGGING,
        "CIS EKS 1.5.0 2.1.1",
    ),
    check=check,
)
