"""An update takes at most a third of a node group at once."""

from collections.abc import Iterator

from policies.frameworks import AVAILABILITY
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    """EKS takes one node at a time unless told otherwise."""
    percentage = at(props, "updateConfig.maxUnavailablePercentage") or 0
    nodes = at(props, "updateConfig.maxUnavailable") or 0
    if percentage > parameters["percentage"]:
        yield f"An update may take {percentage:g} % of its nodes at once."
    if nodes > parameters["nodes"]:
        yield f"An update may take {nodes:g} of its nodes at once."


RULE = Rule(
    name="byoc-node-groups-roll-slowly",
    severity=Severity.MEDIUM,
    summary="An update takes at most a third of a node group at once.",
    remedy=('Set update_config={"max_unavailable_percentage": 33} or {"max_unavailable": 1}.'),
    resource_types=("aws:eks/nodeGroup:NodeGroup",),
    frameworks=(*AVAILABILITY,),
    parameters={"percentage": 34, "nodes": 1},
    check=check,
)
