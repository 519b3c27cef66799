"""Each route table carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-route-table", "route table", "aws:ec2/routeTable:RouteTable")
