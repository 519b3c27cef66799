"""Each EKS cluster carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-eks-cluster", "EKS cluster", "aws:eks/cluster:Cluster")
