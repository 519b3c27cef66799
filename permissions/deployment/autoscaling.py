"""Rights of the cluster autoscaler: to size the auto scaling groups of this cluster's nodes.

Groups of EKS have a launch template with a list of instance types, so that it never asks for launch
configurations or for types by their traits; it finds groups by tags in what describes them.
"""

from permissions.conditions import IN_REGION, equals
from permissions.rows import grants

CLUSTER_AUTOSCALER = (
    *grants(
        "autoscaling: DescribeAutoScalingGroups DescribeScalingActivities",
        "*",
        component="cluster-autoscaler",
        conditions=(IN_REGION,),
        reason="Auto Scaling takes no resource in its describe calls.",
    ),
    *grants(
        "ec2: DescribeInstanceTypes DescribeLaunchTemplateVersions",
        "*",
        component="cluster-autoscaler",
        conditions=(IN_REGION,),
        reason="EC2 takes no resource in its describe calls.",
    ),
    *grants(
        "eks: DescribeNodegroup",
        "arn:{partition}:eks:{region}:{account}:nodegroup/{cluster}/*/*",
        component="cluster-autoscaler",
    ),
    *grants(
        "autoscaling: SetDesiredCapacity TerminateInstanceInAutoScalingGroup",
        "arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/*",
        component="cluster-autoscaler",
        conditions=(equals("aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster}", "owned"),),
    ),
)
