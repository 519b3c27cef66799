"""Each subnet carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-subnet", "subnet", "aws:ec2/subnet:Subnet")
