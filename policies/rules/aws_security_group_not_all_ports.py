"""No security group opens all ports to a whole network."""

from collections.abc import Iterator

from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Props, Rule, Severity
from policies.security_groups import INBOUND, openings


def check(props: Props) -> Iterator[str]:
    """A rule that names another group is no network."""
    for opening in openings(props):
        if opening.is_all and opening.cidrs:
            yield f"It opens every port to {', '.join(opening.cidrs)}."


RULE = Rule(
    name="aws-security-group-not-all-ports",
    severity=Severity.HIGH,
    summary="No security group opens all ports to a whole network.",
    remedy="Name the ports: from_port, to_port and protocol.",
    resource_types=INBOUND,
    frameworks=(*NETWORK_BOUNDARY,),
    check=check,
)
