"""Each launch template carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged(
    "byoc-tag-launch-template", "launch template", "aws:ec2/launchTemplate:LaunchTemplate"
)
