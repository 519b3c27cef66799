"""Node groups have a launch template, which says how their nodes are hardened."""

from collections.abc import Iterator

from policies.frameworks import HARDENING
from policies.rule import Props, Rule, Severity
from policies.shapes import at


def check(props: Props) -> Iterator[str]:
    if not at(props, "launchTemplate"):
        yield "Its nodes are as AWS makes them: every pod reaches their metadata."


RULE = Rule(
    name="aws-eks-node-group-template",
    severity=Severity.MEDIUM,
    summary="Node groups have a launch template, which says how their nodes are hardened.",
    remedy="Pass launch_template with IMDSv2 and encrypted volumes.",
    resource_types=("aws:eks/nodeGroup:NodeGroup",),
    frameworks=(*HARDENING,),
    check=check,
)
