"""Rights about roles: only the deployment's own, only under the boundary, only for its services."""

from permissions.conditions import (
    CARRIES_TAG,
    CREATED_WITH_TAG,
    IN_ACCOUNT,
    KEEPS_TAG,
    UNDER_BOUNDARY,
    arn_equals,
    equals,
    passed_to,
)
from permissions.deployment.managed_policies import MANAGED_POLICIES
from permissions.rows import (
    CHANGE,
    SET_UP,
    SET_UP_AND_TAKE_DOWN,
    Condition,
    Feature,
    Grant,
    Phase,
    grants,
)

OWN_ROLES = "arn:{partition}:iam::{account}:role/{prefix}-*"


def own(actions: str, phases: frozenset[Phase], *conditions: Condition) -> tuple[Grant, ...]:
    return tuple(
        grants(
            actions,
            OWN_ROLES,
            component="roles",
            conditions=conditions,
            feature=Feature.IAM_WRITE,
            phases=phases,
        )
    )


def pass_role(
    suffix: str, phases: frozenset[Phase], *services: str, feature: Feature = Feature.CORE
) -> tuple[Grant, ...]:
    return tuple(
        grants(
            "iam: PassRole",
            "arn:{partition}:iam::{account}:role/{prefix}-" + suffix,
            component="roles",
            conditions=(passed_to(*services),),
            feature=feature,
            phases=phases,
        )
    )


def service_linked_role(service: str) -> tuple[Grant, ...]:
    return tuple(
        grants(
            "iam: CreateServiceLinkedRole",
            "arn:{partition}:iam::{account}:role/aws-service-role/" + service + "/*",
            component="roles",
            conditions=(equals("iam:AWSServiceName", service),),
            phases=SET_UP,
        )
    )


ROLES = (
    *grants(
        "iam: GetRole ListAttachedRolePolicies",
        OWN_ROLES,
        component="roles",
        conditions=(IN_ACCOUNT,),
    ),
    *grants(
        "iam: GetRolePolicy ListRolePolicies ListInstanceProfilesForRole",
        OWN_ROLES,
        component="roles",
        conditions=(IN_ACCOUNT,),
        phases=SET_UP_AND_TAKE_DOWN,
    ),
    *pass_role("k8s-control-plane", SET_UP, "eks.amazonaws.com"),
    *pass_role("k8s-worker", CHANGE, "eks.amazonaws.com", "ec2.amazonaws.com"),
    *pass_role("flow-logs", SET_UP, "vpc-flow-logs.amazonaws.com"),
    *pass_role("backup-replication", SET_UP, "s3.amazonaws.com", feature=Feature.BACKUP_REPLICA),
    *pass_role("*", CHANGE, "pods.eks.amazonaws.com"),
    *service_linked_role("eks.amazonaws.com"),
    *service_linked_role("eks-nodegroup.amazonaws.com"),
    *own("iam: CreateRole", SET_UP, CREATED_WITH_TAG, UNDER_BOUNDARY),
    *own("iam: PutRolePolicy", SET_UP, UNDER_BOUNDARY),
    *own(
        "iam: AttachRolePolicy",
        SET_UP,
        UNDER_BOUNDARY,
        arn_equals("iam:PolicyARN", *MANAGED_POLICIES),
    ),
    *own("iam: TagRole UntagRole", SET_UP, CARRIES_TAG, KEEPS_TAG),
    *own("iam: TagRole", SET_UP, CREATED_WITH_TAG),
    *own("iam: UpdateAssumeRolePolicy", SET_UP, CARRIES_TAG),
    *own("iam: DeleteRolePolicy DetachRolePolicy", SET_UP_AND_TAKE_DOWN, CARRIES_TAG),
    *own("iam: DeleteRole", SET_UP_AND_TAKE_DOWN, CARRIES_TAG),
)
