"""Each EKS add-on carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-eks-addon", "EKS add-on", "aws:eks/addon:Addon")
