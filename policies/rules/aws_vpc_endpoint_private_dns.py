"""Interface endpoints answer to the usual names of AWS."""

from collections.abc import Iterator

from policies.frameworks import OUTBOUND
from policies.rule import Props, Rule, Severity
from policies.shapes import at, is_on


def check(props: Props) -> Iterator[str]:
    if at(props, "vpcEndpointType") == "Interface" and not is_on(at(props, "privateDnsEnabled")):
        yield "Clients go on using the public address of the service: no private DNS."


RULE = Rule(
    name="aws-vpc-endpoint-private-dns",
    severity=Severity.MEDIUM,
    summary="Interface endpoints answer to the usual names of AWS.",
    remedy="Set private_dns_enabled=True.",
    resource_types=("aws:ec2/vpcEndpoint:VpcEndpoint",),
    frameworks=(*OUTBOUND,),
    check=check,
)
