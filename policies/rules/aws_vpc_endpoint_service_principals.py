"""An endpoint service names the accounts that may connect."""

from collections.abc import Iterator

from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props) -> Iterator[str]:
    if "*" in listed(at(props, "allowedPrincipals")):
        yield "Every AWS account may ask for a connection."


RULE = Rule(
    name="aws-vpc-endpoint-service-principals",
    severity=Severity.CRITICAL,
    summary="An endpoint service names the accounts that may connect.",
    remedy='List account ARNs in allowed_principals instead of "*".',
    resource_types=("aws:ec2/vpcEndpointService:VpcEndpointService",),
    frameworks=(*NETWORK_BOUNDARY,),
    check=check,
)
