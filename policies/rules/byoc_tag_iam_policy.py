"""Each IAM policy carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-iam-policy", "IAM policy", "aws:iam/policy:Policy")
