"""Each EKS node group carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-eks-node-group", "EKS node group", "aws:eks/nodeGroup:NodeGroup")
