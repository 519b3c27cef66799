"""Each volume carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-volume", "volume", "aws:ebs/volume:Volume")
