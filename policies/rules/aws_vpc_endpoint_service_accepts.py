"""Connections to an endpoint service are accepted one by one."""

from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="aws-vpc-endpoint-service-accepts",
    severity=Severity.HIGH,
    summary="Connections to an endpoint service are accepted one by one.",
    remedy="Set acceptance_required=True.",
    resource_types=("aws:ec2/vpcEndpointService:VpcEndpointService",),
    frameworks=(*NETWORK_BOUNDARY,),
    check=switched_on(
        "acceptanceRequired", "Every listed account connects without being accepted.", default=False
    ),
)
