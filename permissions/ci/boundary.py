"""The ceiling over the roles of pipelines: the state, and the roles that read or change."""

from typing import Any

from permissions.boundary import Ceiling, ceiling_document
from permissions.ci.pipelines import Pipelines
from permissions.ci.roles import APPLIED_ROLES, READ_ROLE
from permissions.names import Scope


def ci_boundary(scope: Scope, pipelines: Pipelines) -> dict[str, Any]:
    return ceiling_document(ceilings(pipelines), scope)


def ceilings(pipelines: Pipelines) -> tuple[Ceiling, ...]:
    found = (
        Ceiling(
            actions=("s3:ListBucket",),
            resources=(f"arn:{{partition}}:s3:::{pipelines.state_bucket}",),
            reason="Which stacks there are.",
        ),
        Ceiling(
            actions=("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
            resources=(f"arn:{{partition}}:s3:::{pipelines.state_bucket}/.pulumi/*",),
            reason="The state, and no object of a deployment.",
        ),
        Ceiling(
            actions=("sts:AssumeRole",),
            resources=(READ_ROLE, *APPLIED_ROLES),
            reason="What is seen or changed is so in the name of the account's own roles alone.",
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
