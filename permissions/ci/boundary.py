"""The ceiling over the roles of pipelines: reading, the state, and taking the access roles on."""

from typing import Any

from permissions.boundary import Ceiling, ceiling_document
from permissions.ci.pipelines import Pipelines
from permissions.ci.roles import APPLIED_ROLES
from permissions.names import Scope

READING = Ceiling(
    actions=(
        "ec2:Describe*",
        "ec2:GetManagedPrefixListEntries",
        "eks:Describe*",
        "eks:List*",
        "iam:Get*",
        "iam:List*",
        "kms:Describe*",
        "kms:GetKey*",
        "kms:List*",
        "logs:DescribeLogGroups",
        "logs:ListTagsForResource",
        "s3:GetBucket*",
        "s3:GetAccelerateConfiguration",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:ListBucket*",
        "servicequotas:Get*",
        "sts:GetCallerIdentity",
    ),
    resources=("*",),
    reason="How things are set, never what they hold; the role's own rows name the resources.",
)


def ci_boundary(scope: Scope, pipelines: Pipelines) -> dict[str, Any]:
    return ceiling_document(ceilings(pipelines), scope)


def ceilings(pipelines: Pipelines) -> tuple[Ceiling, ...]:
    found = (
        READING,
        Ceiling(
            actions=("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
            resources=(f"arn:{{partition}}:s3:::{pipelines.state_bucket}/.pulumi/*",),
            reason="The state, and no object of a deployment.",
        ),
        Ceiling(
            actions=("sts:AssumeRole",),
            resources=APPLIED_ROLES,
            reason="Changes are made in the name of the access roles alone.",
        ),
    )
    if not pipelines.keys:
        return found
    keys = Ceiling(
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        resources=pipelines.keys,
        reason="Keys of the stacks' secrets and of the state.",
    )
    return (*found, keys)
