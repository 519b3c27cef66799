"""Each internet gateway carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged(
    "byoc-tag-internet-gateway", "internet gateway", "aws:ec2/internetGateway:InternetGateway"
)
