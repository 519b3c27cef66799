"""Each security group rule carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged(
    "byoc-tag-security-group-rule",
    "security group rule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
)
