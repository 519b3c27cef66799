"""Each security group carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-security-group", "security group", "aws:ec2/securityGroup:SecurityGroup")
