"""Every node group reaches over three zones."""

from collections.abc import Iterator

from policies.frameworks import AVAILABILITY
from policies.rule import Finding, Parameters, Severity, Stack, StackRule
from policies.shapes import at

SUBNET = "aws:ec2/subnet:Subnet"


def check(stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    """Subnets of the customer are known by id alone: each is taken for a zone of its own."""
    for group in stack.all("aws:eks/nodeGroup:NodeGroup"):
        subnets = stack.referred(group, "subnetIds", SUBNET)
        zones = {at(subnet.props, "availabilityZone") for subnet in subnets}
        count = len(zones) if subnets else len(set(group.props["subnetIds"]))
        if count < parameters["zones"]:
            yield group, f"Its nodes lie in {count} zones, not in {parameters['zones']}."


RULE = StackRule(
    name="byoc-node-groups-over-zones",
    severity=Severity.HIGH,
    summary="Every node group reaches over three zones.",
    remedy="Pass the private subnets of three zones as subnet_ids.",
    resource_types=("aws:eks/nodeGroup:NodeGroup",),
    frameworks=(*AVAILABILITY,),
    parameters={"zones": 3},
    check=check,
)
