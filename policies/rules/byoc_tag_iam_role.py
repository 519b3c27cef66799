"""Each IAM role carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-iam-role", "IAM role", "aws:iam/role:Role")
