"""Each VPC peering connection carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged(
    "byoc-tag-peering",
    "VPC peering connection",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
)
