"""The roles of pipelines: one plans and writes nothing, one applies and only in another's name."""

from dataclasses import replace
from enum import StrEnum

from permissions.ci.pipelines import Pipelines
from permissions.names import Scope
from permissions.operator import OPERATOR_ROWS
from permissions.operator.access_roles import SUFFIXES
from permissions.rows import Grant, Phase, grants
from permissions.trust import (
    Document,
    Operator,
    operator_and_pipeline_trust,
    operator_trust,
    web_identity_trust,
)

READING_VERBS = ("Describe", "Get", "List")
APPLIED_PHASES = (Phase.PROVISION, Phase.OPERATE)
"""A pipeline takes no deployment down."""
APPLIED_ROLES = tuple(
    f"arn:{{partition}}:iam::{{account}}:role/{{access_role}}{SUFFIXES[phase]}"
    for phase in APPLIED_PHASES
)
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
    if pipelines is None or phase not in APPLIED_PHASES:
        return operator_trust(operator, scope.partition)
    return operator_and_pipeline_trust(operator, scope, role_arn(CiRole.APPLY, scope))


def preview_rows(pipelines: Pipelines) -> tuple[Grant, ...]:
    """What the operator's roles may read of the deployment, and the state. Whoever can open a pull
    request can read what this role reads: no object of the deployment, no key to one."""
    return (
        *(replace(row, component=CiRole.PREVIEW) for row in OPERATOR_ROWS if is_reading(row)),
        *read_state(pipelines, CiRole.PREVIEW),
        *write_state(pipelines, CiRole.PREVIEW, ".pulumi/locks/*"),
    )


def apply_rows(pipelines: Pipelines) -> tuple[Grant, ...]:
    return (
        *grants("sts: AssumeRole", *APPLIED_ROLES, component=CiRole.APPLY),
        *read_state(pipelines, CiRole.APPLY),
        *write_state(pipelines, CiRole.APPLY, ".pulumi/*"),
    )


def is_reading(row: Grant) -> bool:
    return row.action.partition(":")[2].startswith(READING_VERBS)


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
