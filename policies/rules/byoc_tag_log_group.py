"""Each log group carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-log-group", "log group", "aws:cloudwatch/logGroup:LogGroup")
