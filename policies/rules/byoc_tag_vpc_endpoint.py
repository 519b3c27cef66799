"""Each VPC endpoint carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-vpc-endpoint", "VPC endpoint", "aws:ec2/vpcEndpoint:VpcEndpoint")
