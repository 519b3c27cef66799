"""A cluster has every add-on that its pods depend on."""

from collections.abc import Iterator

from policies.frameworks import SUPPLY_CHAIN
from policies.rule import Finding, Parameters, Severity, Stack, StackRule


def check(stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    for cluster in stack.all("aws:eks/cluster:Cluster"):
        addons = stack.all("aws:eks/addon:Addon")
        missing = set(parameters["addons"]) - {addon.props["addonName"] for addon in addons}
        for addon in sorted(missing):
            yield cluster, f"The add-on {addon} is missing."


RULE = StackRule(
    name="byoc-addon-set",
    severity=Severity.HIGH,
    summary="A cluster has every add-on that its pods depend on.",
    remedy="Add the missing eks.Addon, as components/aws/addons.py does.",
    resource_types=("aws:eks/cluster:Cluster",),
    frameworks=(*SUPPLY_CHAIN,),
    parameters={
        "addons": [
            "vpc-cni",
            "kube-proxy",
            "coredns",
            "eks-pod-identity-agent",
            "aws-ebs-csi-driver",
        ]
    },
    check=check,
)
