"""Each elastic IP carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-elastic-ip", "elastic IP", "aws:ec2/eip:Eip")
