"""Rights about the one EKS cluster, its nodes' launch templates, and who may enter it."""

from permissions.conditions import (
    CARRIES_TAG,
    CREATED_WITH_TAG,
    IN_ACCOUNT,
    IN_REGION,
    KEEPS_TAG,
    OF_CLUSTER,
    equals,
)
from permissions.rows import (
    ALWAYS,
    CHANGE,
    CHANGE_AND_TAKE_DOWN,
    SET_UP,
    TAKE_DOWN,
    Condition,
    Grant,
    Phase,
    grants,
)

EKS = "arn:{partition}:eks:{region}:{account}:"
CLUSTER_ARN = EKS + "cluster/{cluster}"
NODE_GROUP = EKS + "nodegroup/{cluster}/*/*"
ADDON = EKS + "addon/{cluster}/*/*"
IDENTITY = EKS + "podidentityassociation/{cluster}/*"
ENTRY = EKS + "access-entry/{cluster}/*/*/*/*"
EVERYTHING = (CLUSTER_ARN, NODE_GROUP, ADDON, IDENTITY, ENTRY)

EC2 = "arn:{partition}:ec2:{region}:{account}:"
TEMPLATE = EC2 + "launch-template/*"

ADMIN_POLICY = "arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


def on(
    actions: str, *resources: str, phases: frozenset[Phase], conditions: tuple[Condition, ...] = ()
) -> tuple[Grant, ...]:
    return tuple(
        grants(actions, *resources, component="cluster", conditions=conditions, phases=phases)
    )


def see(actions: str, *resources: str) -> tuple[Grant, ...]:
    """What is being deleted must be seen to the end, when its tag is gone: by name alone."""
    return on(actions, *resources, phases=ALWAYS, conditions=(IN_ACCOUNT,))


def own(actions: str, *resources: str, phases: frozenset[Phase]) -> tuple[Grant, ...]:
    return on(actions, *resources, phases=phases, conditions=(CARRIES_TAG,))


CLUSTER = (
    *see("eks: DescribeCluster DescribeUpdate", CLUSTER_ARN),
    *see("eks: DescribeNodegroup DescribeUpdate", NODE_GROUP),
    *see("eks: DescribeAddon DescribeUpdate", ADDON),
    *see("eks: DescribePodIdentityAssociation", IDENTITY),
    *see("eks: ListPodIdentityAssociations", CLUSTER_ARN),
    *see("eks: DescribeAccessEntry ListAssociatedAccessPolicies", ENTRY),
    *on("eks: CreateCluster", CLUSTER_ARN, phases=SET_UP, conditions=(CREATED_WITH_TAG,)),
    *on(
        "eks: CreateNodegroup CreateAddon CreatePodIdentityAssociation CreateAccessEntry",
        CLUSTER_ARN,
        phases=CHANGE,
        conditions=(CREATED_WITH_TAG,),
    ),
    *on(
        "eks: TagResource",
        *EVERYTHING,
        phases=CHANGE,
        conditions=(CREATED_WITH_TAG,),
    ),
    *on(
        "eks: TagResource UntagResource",
        *EVERYTHING,
        phases=CHANGE,
        conditions=(CARRIES_TAG, KEEPS_TAG),
    ),
    *own("eks: UpdateClusterConfig UpdateClusterVersion", CLUSTER_ARN, phases=CHANGE),
    *own("eks: UpdateNodegroupConfig UpdateNodegroupVersion", NODE_GROUP, phases=CHANGE),
    *own("eks: UpdateAddon", ADDON, phases=CHANGE),
    *own("eks: UpdatePodIdentityAssociation", IDENTITY, phases=CHANGE),
    *on(
        "eks: AssociateAccessPolicy",
        ENTRY,
        phases=CHANGE,
        conditions=(CARRIES_TAG, equals("eks:policyArn", ADMIN_POLICY)),
    ),
    *own("eks: DisassociateAccessPolicy DeleteAccessEntry", ENTRY, phases=CHANGE_AND_TAKE_DOWN),
    *own("eks: DeletePodIdentityAssociation", IDENTITY, phases=CHANGE_AND_TAKE_DOWN),
    *own("eks: DeleteAddon", ADDON, phases=CHANGE_AND_TAKE_DOWN),
    *own("eks: DeleteNodegroup", NODE_GROUP, phases=CHANGE_AND_TAKE_DOWN),
    *own("eks: DeleteCluster", CLUSTER_ARN, phases=TAKE_DOWN),
    *grants(
        "ec2: DescribeLaunchTemplates DescribeLaunchTemplateVersions",
        "*",
        component="cluster",
        conditions=(IN_REGION,),
        reason="EC2 takes no resource in its describe calls.",
    ),
    *on("ec2: CreateLaunchTemplate", TEMPLATE, phases=CHANGE, conditions=(CREATED_WITH_TAG,)),
    *own("ec2: CreateLaunchTemplateVersion ModifyLaunchTemplate", TEMPLATE, phases=CHANGE),
    *own("ec2: DeleteLaunchTemplate", TEMPLATE, phases=CHANGE_AND_TAKE_DOWN),
    *on(
        "ec2: RunInstances",
        EC2 + "instance/*",
        EC2 + "volume/*",
        EC2 + "network-interface/*",
        phases=CHANGE,
        conditions=(CREATED_WITH_TAG,),
    ),
    *own("ec2: RunInstances", TEMPLATE, EC2 + "subnet/*", EC2 + "security-group/*", phases=CHANGE),
    *on("ec2: RunInstances", EC2 + "security-group/*", phases=CHANGE, conditions=(OF_CLUSTER,)),
    *on(
        "ec2: RunInstances",
        "arn:{partition}:ec2:{region}::image/*",
        phases=CHANGE,
        conditions=(equals("ec2:Owner", "amazon"),),
    ),
)
