"""Each VPC carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-vpc", "VPC", "aws:ec2/vpc:Vpc")
