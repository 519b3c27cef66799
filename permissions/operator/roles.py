"""Rights about roles: only the deployment's own, only under the boundary, only for its services."""

from permissions.conditions import (
    CARRIES_TAG,
    CREATED_WITH_TAG,
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
    TAKE_DOWN,
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


def pass_role(suffix: str, *services: str) -> tuple[Grant, ...]:
    return tuple(
        grants(
            "iam: PassRole",
            "arn:{partition}:iam::{account}:role/{prefix}-" + suffix,
            component="roles",
            conditions=(passed_to(*services),),
            phases=CHANGE,
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
        "iam: GetRole GetRolePolicy ListRolePolicies ListAttachedRolePolicies"
        " ListInstanceProfilesForRole",
        OWN_ROLES,
        component="roles",
    ),
    *pass_role("k8s-control-plane", "eks.amazonaws.com"),
    *pass_role("k8s-worker", "eks.amazonaws.com", "ec2.amazonaws.com"),
    *pass_role("flow-logs", "vpc-flow-logs.amazonaws.com"),
    *pass_role("*", "pods.eks.amazonaws.com"),
    *service_linked_role("eks.amazonaws.com"),
    *service_linked_role("eks-nodegroup.amazonaws.com"),
    *own("iam: CreateRole", SET_UP, CREATED_WITH_TAG, UNDER_BOUNDARY),
    *own("iam: PutRolePermissionsBoundary", SET_UP, UNDER_BOUNDARY),
    *own("iam: PutRolePolicy", CHANGE, UNDER_BOUNDARY),
    *own(
        "iam: AttachRolePolicy",
        CHANGE,
        UNDER_BOUNDARY,
        arn_equals("iam:PolicyARN", *MANAGED_POLICIES),
    ),
    *own("iam: TagRole UntagRole", CHANGE, CARRIES_TAG, KEEPS_TAG),
    *own("iam: TagRole", SET_UP, CREATED_WITH_TAG),
    *own("iam: UpdateAssumeRolePolicy", CHANGE, CARRIES_TAG),
    *own("iam: DeleteRolePolicy DetachRolePolicy", CHANGE | TAKE_DOWN, CARRIES_TAG),
    *own("iam: DeleteRole", TAKE_DOWN, CARRIES_TAG),
)
