"""Each pod identity association carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged(
    "byoc-tag-eks-pod-identity",
    "pod identity association",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation",
)
