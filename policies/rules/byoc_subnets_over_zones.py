"""Private subnets of a VPC lie in three zones or more."""

from collections.abc import Iterator

from policies.frameworks import AVAILABILITY
from policies.rule import Finding, Parameters, Props, Severity, Stack, StackRule
from policies.shapes import at


def check(stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    """A stack that brings no subnet uses the customer's, which it does not see. A zone stands by
    its name or by its id."""
    private = [s for s in stack.all("aws:ec2/subnet:Subnet") if is_private(s.props)]
    zones = {zone(subnet.props) for subnet in private}
    if private and len(zones - {None}) < parameters["zones"]:
        known = ", ".join(sorted(zone for zone in zones if zone)) or "no declared zone"
        yield private[0], f"The private subnets lie in {known}, not in {parameters['zones']} zones."


def zone(props: Props) -> str | None:
    named: str | None = at(props, "availabilityZone") or at(props, "availabilityZoneId")
    return named


def is_private(props: Props) -> bool:
    return "kubernetes.io/role/internal-elb" in (at(props, "tags") or {})


RULE = StackRule(
    name="byoc-subnets-over-zones",
    severity=Severity.HIGH,
    summary="Private subnets of a VPC lie in three zones or more.",
    remedy="List three zones in byoc:network.zones.",
    resource_types=("aws:ec2/subnet:Subnet",),
    frameworks=(*AVAILABILITY,),
    parameters={"zones": 3},
    check=check,
)
