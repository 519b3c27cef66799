"""Each NAT gateway carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-nat-gateway", "NAT gateway", "aws:ec2/natGateway:NatGateway")
