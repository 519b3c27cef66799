"""Each flow log carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-flow-log", "flow log", "aws:ec2/flowLog:FlowLog")
