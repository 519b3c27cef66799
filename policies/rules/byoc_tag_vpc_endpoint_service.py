"""Each VPC endpoint service carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged(
    "byoc-tag-vpc-endpoint-service",
    "VPC endpoint service",
    "aws:ec2/vpcEndpointService:VpcEndpointService",
)
