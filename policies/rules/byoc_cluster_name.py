"""EKS clusters are named as the permissions of the operator expect it."""

from collections.abc import Iterator

from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Props, Rule, Severity
from policies.shapes import at

PREFIX = "clickhouse-cloud-"


def check(props: Props) -> Iterator[str]:
    """Without a name Pulumi makes one up from the resource's own."""
    name = at(props, "name") or ""
    if not name.startswith(PREFIX) or name == PREFIX:
        yield f"The name {name!r} does not start with {PREFIX}: the access role cannot manage it."


RULE = Rule(
    name="byoc-cluster-name",
    severity=Severity.HIGH,
    summary="EKS clusters are named as the permissions of the operator expect it.",
    remedy="Name it clickhouse-cloud-<name of the deployment>.",
    resource_types=("aws:eks/cluster:Cluster",),
    frameworks=(*LEAST_PRIVILEGE,),
    check=check,
)
