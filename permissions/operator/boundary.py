"""The ceiling over the operator's own roles. It protects itself: nothing under it changes it, the
other ceiling, or the roles that stand under it."""

from typing import Any

from permissions.conditions import IN_REGION
from permissions.documents import condition_block
from permissions.names import Scope
from permissions.rows import Condition, Feature

ROLE = "arn:{partition}:iam::{account}:role/"
POLICY = "arn:{partition}:iam::{account}:policy/"
BUCKETS = "arn:{partition}:s3:::{prefix}-{account}-*"

OWN_ROLES = f"{ROLE}{{prefix}}-*"
ACCESS_ROLES = f"{ROLE}{{access_role}}*"

GRANTING_RIGHTS = [
    "iam:CreateRole",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:AttachRolePolicy",
]
UNDER_CEILING = Condition(
    operator="StringEquals", key="iam:PermissionsBoundary", values=("{boundary_arn}",)
)
WITHOUT_CEILING = Condition(
    operator="StringNotEquals", key="iam:PermissionsBoundary", values=("{boundary_arn}",)
)


def operator_boundary(scope: Scope, features: frozenset[Feature] = frozenset()) -> dict[str, Any]:
    """What is optional is under the ceiling only where the owner switched it on."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            statement(scope, "Allow", ["ec2:*", "eks:*"], ["*"], IN_REGION),
            statement(scope, "Allow", ["kms:*"], [keys(scope)], IN_REGION),
            statement(scope, "Allow", ["kms:CreateKey", "kms:ListAliases"], ["*"], IN_REGION),
            statement(
                scope,
                "Allow",
                ["logs:*"],
                ["arn:{partition}:logs:{region}:{account}:log-group:*", "*"],
                IN_REGION,
            ),
            statement(
                scope,
                "Allow",
                ["s3:CreateBucket", "s3:DeleteBucket*", "s3:ListBucket*", "s3:PutBucket*",
                 "s3:GetBucket*", "s3:GetAccelerateConfiguration", "s3:*EncryptionConfiguration",
                 "s3:*LifecycleConfiguration", "s3:*ReplicationConfiguration"],
                [BUCKETS],
            ),
            *removal(scope, features),
            statement(scope, "Allow", ["servicequotas:Get*"], ["*"], IN_REGION),
            statement(
                scope,
                "Allow",
                ["ram:AcceptResourceShareInvitation", "ram:DisassociateResourceShare",
                 "ram:GetResourceShare*", "ram:ListResources", "vpce:AllowMultiRegion",
                 "elasticloadbalancing:Describe*"],
                ["*"],
                IN_REGION,
            ),
            statement(scope, "Allow", ["sts:GetCallerIdentity"], ["*"]),
            statement(
                scope,
                "Allow",
                ["iam:Get*", "iam:List*", "iam:PassRole", "iam:TagRole", "iam:UntagRole",
                 "iam:UpdateRole", "iam:UpdateRoleDescription", "iam:UpdateAssumeRolePolicy",
                 "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"],
                [OWN_ROLES],
            ),
            statement(scope, "Allow", GRANTING_RIGHTS, [OWN_ROLES], UNDER_CEILING),
            statement(scope, "Allow", ["iam:SimulatePrincipalPolicy"], [ACCESS_ROLES]),
            statement(
                scope, "Allow", ["iam:CreateServiceLinkedRole"], [f"{ROLE}aws-service-role/*"]
            ),
            *protection(scope),
        ],
    }  # fmt: skip


def removal(scope: Scope, features: frozenset[Feature]) -> list[dict[str, Any]]:
    if Feature.DATA_REMOVAL not in features:
        return []
    actions = ["s3:DeleteObjectVersion", "s3:AbortMultipartUpload"]
    return [statement(scope, "Allow", actions, [f"{BUCKETS}/*"])]


def protection(scope: Scope) -> list[dict[str, Any]]:
    return [
        statement(
            scope,
            "Deny",
            ["iam:Add*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:Put*",
             "iam:PassRole", "iam:Remove*", "iam:Set*", "iam:Tag*", "iam:Untag*", "iam:Update*"],
            [f"{POLICY}*", ACCESS_ROLES],
        ),
        statement(scope, "Deny", ["iam:DeleteRolePermissionsBoundary"], ["*"]),
        statement(
            scope,
            "Deny",
            GRANTING_RIGHTS,
            ["*"],
            WITHOUT_CEILING,
        ),
        statement(
            scope,
            "Deny",
            ["kms:Decrypt", "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
            ["*"],
        ),
        statement(scope, "Deny", ["ec2:GetPasswordData", "ec2:GetConsoleOutput"], ["*"]),
    ]  # fmt: skip


def keys(scope: Scope) -> str:
    return "arn:{partition}:kms:{region}:{account}:*"


def statement(
    scope: Scope, effect: str, actions: list[str], resources: list[str], *conditions: Condition
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Effect": effect,
        "Action": actions,
        "Resource": [scope.fill(resource) for resource in resources],
    }
    return made | ({"Condition": condition_block(conditions, scope)} if conditions else {})
