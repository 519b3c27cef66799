"""Rights of the AWS load balancer controller, for network load balancers of this cluster alone.

The controller marks what it makes with the tag elbv2.k8s.aws/cluster. What serves only application
load balancers (certificates, Cognito, WAF, Shield) is left out: TLS ends inside the cluster.
"""

from permissions.conditions import CARRIES_TAG, IN_REGION, equals
from permissions.rows import Condition, Grant, grants

CLUSTER_TAG = "elbv2.k8s.aws/cluster"
ASKED = equals(f"aws:RequestTag/{CLUSTER_TAG}", "{cluster}")
OWNED = equals(f"aws:ResourceTag/{CLUSTER_TAG}", "{cluster}")

EC2 = "arn:{partition}:ec2:{region}:{account}:"
ELB = "arn:{partition}:elasticloadbalancing:{region}:{account}:"
GROUP = EC2 + "security-group/*"
BALANCER = ELB + "loadbalancer/net/*/*"
TARGETS = ELB + "targetgroup/*/*"
LISTENER = ELB + "listener/net/*/*/*"


def on(actions: str, *resources: str, conditions: tuple[Condition, ...]) -> tuple[Grant, ...]:
    return tuple(
        grants(actions, *resources, component="load-balancer-controller", conditions=conditions)
    )


LOAD_BALANCER_CONTROLLER = (
    *grants(
        "ec2: DescribeAccountAttributes DescribeAddresses DescribeAvailabilityZones"
        " DescribeInternetGateways DescribeVpcs DescribeVpcPeeringConnections DescribeSubnets"
        " DescribeSecurityGroups DescribeInstances DescribeNetworkInterfaces DescribeTags"
        " DescribeRouteTables GetSecurityGroupsForVpc",
        "*",
        component="load-balancer-controller",
        conditions=(IN_REGION,),
        reason="EC2 takes no resource in its describe calls.",
    ),
    *grants(
        "elasticloadbalancing: DescribeLoadBalancers DescribeLoadBalancerAttributes"
        " DescribeListeners DescribeListenerAttributes DescribeListenerCertificates"
        " DescribeSSLPolicies DescribeRules DescribeTargetGroups DescribeTargetGroupAttributes"
        " DescribeTargetHealth DescribeTags DescribeTrustStores DescribeCapacityReservation",
        "*",
        component="load-balancer-controller",
        conditions=(IN_REGION,),
        reason="Elastic Load Balancing takes no resource in its describe calls.",
    ),
    *grants(
        "iam: CreateServiceLinkedRole",
        "arn:{partition}:iam::{account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*",
        component="load-balancer-controller",
        conditions=(equals("iam:AWSServiceName", "elasticloadbalancing.amazonaws.com"),),
    ),
    *on("ec2: CreateSecurityGroup", GROUP, conditions=(ASKED,)),
    *on("ec2: CreateSecurityGroup", EC2 + "vpc/*", conditions=(CARRIES_TAG,)),
    *on(
        "ec2: CreateTags",
        GROUP,
        conditions=(ASKED, equals("ec2:CreateAction", "CreateSecurityGroup")),
    ),
    *on("ec2: CreateTags DeleteTags DeleteSecurityGroup", GROUP, conditions=(OWNED,)),
    *on(
        "ec2: AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress",
        GROUP,
        conditions=(OWNED,),
    ),
    *on(
        "ec2: AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress",
        GROUP,
        conditions=(equals("aws:ResourceTag/aws:eks:cluster-name", "{cluster}"),),
    ),
    *on(
        "elasticloadbalancing: CreateLoadBalancer CreateTargetGroup AddTags",
        BALANCER,
        TARGETS,
        conditions=(ASKED,),
    ),
    *on("elasticloadbalancing: CreateListener AddTags", LISTENER, BALANCER, conditions=(OWNED,)),
    *on(
        "elasticloadbalancing: AddTags RemoveTags",
        BALANCER,
        TARGETS,
        LISTENER,
        conditions=(OWNED,),
    ),
    *on(
        "elasticloadbalancing: ModifyLoadBalancerAttributes SetIpAddressType SetSecurityGroups"
        " SetSubnets DeleteLoadBalancer",
        BALANCER,
        conditions=(OWNED,),
    ),
    *on(
        "elasticloadbalancing: ModifyTargetGroup ModifyTargetGroupAttributes DeleteTargetGroup"
        " RegisterTargets DeregisterTargets",
        TARGETS,
        conditions=(OWNED,),
    ),
    *on(
        "elasticloadbalancing: ModifyListener ModifyListenerAttributes DeleteListener",
        LISTENER,
        conditions=(OWNED,),
    ),
)
