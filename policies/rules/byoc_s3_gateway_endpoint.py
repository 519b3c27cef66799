"""A VPC reaches S3 through its gateway endpoint, not through the internet."""

from collections.abc import Iterator

from policies.frameworks import OUTBOUND
from policies.rule import Finding, Props, Severity, Stack, StackRule
from policies.shapes import at

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


def check(stack: Stack) -> Iterator[Finding]:
    for vpc in stack.all("aws:ec2/vpc:Vpc"):
        if not any(is_s3_gateway(e.props) for e in stack.referring(vpc, "vpcId", ENDPOINT)):
            yield vpc, "Data and backups leave it through NAT gateways: no gateway endpoint for S3."


def is_s3_gateway(props: Props) -> bool:
    kind = at(props, "vpcEndpointType") or "Gateway"
    return kind == "Gateway" and str(at(props, "serviceName")).endswith(".s3")


RULE = StackRule(
    name="byoc-s3-gateway-endpoint",
    severity=Severity.HIGH,
    summary="A VPC reaches S3 through its gateway endpoint, not through the internet.",
    remedy=(
        "Add ec2.VpcEndpoint for com.amazonaws.<region>.s3 of type Gateway with its route tables."
    ),
    resource_types=("aws:ec2/vpc:Vpc",),
    frameworks=(*OUTBOUND,),
    check=check,
)
