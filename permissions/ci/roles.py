"""The roles of pipelines: both reach the state, and the deployment in another role's name alone."""

from dataclasses import replace
from enum import StrEnum

from permissions.ci.pipelines import Pipelines
from permissions.names import Scope
from permissions.operator.access_roles import SUFFIXES
from permissions.reading import SUFFIX as READING_SUFFIX
from permissions.rows import Grant, Phase, grants
from permissions.trust import (
    Document,
    Operator,
    joined,
    operator_trust,
    own_role_trust,
    web_identity_trust,
)

APPLIED_PHASES = (Phase.PROVISION, Phase.OPERATE)
"""A pipeline takes no deployment down."""
APPLIED_ROLES = tuple(
    f"arn:{{partition}}:iam::{{account}}:role/{{access_role}}{SUFFIXES[phase]}"
    for phase in APPLIED_PHASES
)
READ_ROLE = f"arn:{{partition}}:iam::{{account}}:role/{{access_role}}{READING_SUFFIX}"
STATE = "arn:{partition}:s3:::"


class CiRole(StrEnum):
    PREVIEW = "ci-preview"
    APPLY = "ci-apply"


PURPOSES = {
    CiRole.PREVIEW: "Pipelines: plan, and look for drift",
    CiRole.APPLY: "Pipelines: apply what was approved",
}


def role_name(role: CiRole, scope: Scope) -> str:
    """As the access roles' names begin: the operator's ceiling keeps its hands off these too."""
    return f"{scope.access_role}-{role}"


def role_arn(role: CiRole, scope: Scope) -> str:
    return f"arn:{scope.partition}:iam::{scope.account}:role/{role_name(role, scope)}"


def rows_of(role: CiRole, pipelines: Pipelines) -> tuple[Grant, ...]:
    return preview_rows(pipelines) if role is CiRole.PREVIEW else apply_rows(pipelines)


def trust_of(role: CiRole, pipelines: Pipelines, scope: Scope) -> Document:
    return web_identity_trust(
        pipelines.provider_arn(scope),
        pipelines.host,
        pipelines.preview_subjects if role is CiRole.PREVIEW else pipelines.apply_subjects,
    )


def access_trust(
    phase: Phase, operator: Operator, scope: Scope, pipelines: Pipelines | None = None
) -> Document:
    """Who takes on an access role: the operator, and what applies where pipelines do."""
    theirs = operator_trust(operator, scope.partition)
    if pipelines is None or phase not in APPLIED_PHASES:
        return theirs
    return joined(
        theirs, own_role_trust(scope, role_arn(CiRole.APPLY, scope), operator.external_id)
    )


def reading_trust(
    operator: Operator, principal: str | None, scope: Scope, pipelines: Pipelines | None
) -> Document | None:
    """Who takes the reading role on: roles of the operator's account that plan, and the pipelines'
    own; None where nobody does, and the role is not made."""
    trusts = []
    if principal is not None:
        trusts.append(operator_trust(replace(operator, principal=principal), scope.partition))
    if pipelines is not None:
        preview = role_arn(CiRole.PREVIEW, scope)
        trusts.append(own_role_trust(scope, preview, operator.external_id))
    return joined(*trusts) if trusts else None


def preview_rows(pipelines: Pipelines) -> tuple[Grant, ...]:
    """Whoever can open a pull request has these rights."""
    return (
        *grants("sts: AssumeRole", READ_ROLE, component=CiRole.PREVIEW),
        *read_state(pipelines, CiRole.PREVIEW),
        *write_state(pipelines, CiRole.PREVIEW, ".pulumi/locks/*"),
    )


def apply_rows(pipelines: Pipelines) -> tuple[Grant, ...]:
    return (
        *grants("sts: AssumeRole", *APPLIED_ROLES, component=CiRole.APPLY),
        *read_state(pipelines, CiRole.APPLY),
        *write_state(pipelines, CiRole.APPLY, ".pulumi/*"),
    )


def read_state(pipelines: Pipelines, role: CiRole) -> tuple[Grant, ...]:
    bucket = f"{STATE}{pipelines.state_bucket}"
    return (
        *grants("s3: ListBucket", bucket, component=role),
        *grants("s3: GetObject", f"{bucket}/.pulumi/*", component=role),
        *grants("kms: Decrypt", *pipelines.keys, component=role),
    )


def write_state(pipelines: Pipelines, role: CiRole, paths: str) -> tuple[Grant, ...]:
    """GenerateDataKey is what S3 asks for where the state's bucket has a key of its own."""
    place = f"{STATE}{pipelines.state_bucket}/{paths}"
    return (
        *grants("s3: PutObject DeleteObject", place, component=role),
        *grants("kms: GenerateDataKey", *pipelines.keys, component=role),
    )
