"""Clusters and nodes say their version, and it is one that AWS still mends."""

from collections.abc import Iterator

from policies.frameworks import PATCHING
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    version = at(props, "version")
    if not version:
        yield "It has no version: it is what is current on the day it is made."
    elif release(version) < release(parameters["oldest"]):
        yield f"Version {version} is past its support; the oldest is {parameters['oldest']}."


def release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


RULE = Rule(
    name="aws-eks-version",
    severity=Severity.HIGH,
    summary="Clusters and nodes say their version, and it is one that AWS still mends.",
    remedy="Set version to a release in standard support.",
    resource_types=(
        "aws:eks/cluster:Cluster",
        "aws:eks/nodeGroup:NodeGroup",
    ),
    frameworks=(*PATCHING,),
    parameters={"oldest": "1.33"},
    check=check,
)
