"""Each instance profile carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged(
    "byoc-tag-instance-profile", "instance profile", "aws:iam/instanceProfile:InstanceProfile"
)
