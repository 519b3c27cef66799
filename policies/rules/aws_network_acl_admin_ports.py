"""Network ACLs do not admit the internet to SSH and RDP."""

from collections.abc import Iterator

from policies.cidrs import is_everything
from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at, is_on


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    cidr = at(props, "cidrBlock") or at(props, "ipv6CidrBlock")
    if is_on(at(props, "egress")) or props["ruleAction"] != "allow":
        return
    if not cidr or not is_everything(cidr):
        return
    everything = str(props["protocol"]) in {"-1", "all"}
    for port in parameters["ports"]:
        if everything or (at(props, "fromPort") or 0) <= port <= (at(props, "toPort") or 0):
            yield f"It admits {cidr} to port {port}."


RULE = Rule(
    name="aws-network-acl-admin-ports",
    severity=Severity.HIGH,
    summary="Network ACLs do not admit the internet to SSH and RDP.",
    remedy="Name the networks in cidr_block, or other ports.",
    resource_types=("aws:ec2/networkAclRule:NetworkAclRule",),
    frameworks=(
        *NETWORK_BOUNDARY,
        "CIS AWS 3.0.0 5.1",
    ),
    parameters={"ports": [22, 3389]},
    check=check,
)
