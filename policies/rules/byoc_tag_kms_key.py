"""Each KMS key carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-kms-key", "KMS key", "aws:kms/key:Key")
