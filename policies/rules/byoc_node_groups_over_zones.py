"""Every pool of nodes reaches over three zones, in one group or in several that are alike."""

import json
from collections.abc import Iterator

from policies.frameworks import AVAILABILITY
from policies.rule import Finding, Parameters, Props, Severity, Stack, StackRule
from policies.shapes import at, listed

GROUP = "aws:eks/nodeGroup:NodeGroup"
SUBNET = "aws:ec2/subnet:Subnet"


def check(stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    """Subnets of the customer are known by id alone: each is taken for a zone of its own."""
    groups = stack.all(GROUP)
    for group in groups:
        zones: set[str] = set()
        for other in groups:
            if kind(other.props) == kind(group.props):
                subnets = stack.referred(other, "subnetIds", SUBNET)
                named = {at(subnet.props, "availabilityZone") for subnet in subnets}
                zones |= named or set(other.props["subnetIds"])
        if len(zones) < parameters["zones"]:
            yield group, f"Its nodes lie in {len(zones)} zones, not in {parameters['zones']}."


def kind(props: Props) -> str:
    """What pods and an autoscaler tell nodes by: groups in one zone each are a pool together."""
    labels = dict(props.get("labels") or {})
    return json.dumps([labels, listed(props.get("instanceTypes"))], sort_keys=True)


RULE = StackRule(
    name="byoc-node-groups-over-zones",
    severity=Severity.HIGH,
    summary="Every pool of nodes reaches over three zones, in one group or in several alike.",
    remedy="Pass the private subnets of three zones as subnet_ids, or make a group in each.",
    resource_types=(GROUP,),
    frameworks=(*AVAILABILITY,),
    parameters={"zones": 3},
    check=check,
)
