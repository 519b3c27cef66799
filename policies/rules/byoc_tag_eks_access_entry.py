"""Each EKS access entry carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-eks-access-entry", "EKS access entry", "aws:eks/accessEntry:AccessEntry")
