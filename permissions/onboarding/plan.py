"""What onboarding makes, whichever tool makes it: policies and roles with all that is in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from permissions.boundary import boundary_document
from permissions.ci.boundary import ci_boundary
from permissions.ci.pipelines import Pipelines
from permissions.ci.roles import (
    PURPOSES,
    CiRole,
    access_trust,
    reading_trust,
    role_name,
    rows_of,
    trust_of,
)
from permissions.deployment.roles import RoleFeature, needed_roles, trust_policy
from permissions.documents import Document, document
from permissions.names import DEPLOYMENT_TAG, PROVENANCE_TAG, Scope
from permissions.operator.access_roles import phase_roles
from permissions.operator.boundary import operator_boundary
from permissions.reading import PURPOSE as READING
from permissions.reading import READING_ROWS, reading_boundary, reading_role_name
from permissions.rows import Feature, Phase
from permissions.trust import AUDIENCE, Operator


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The choices of the account's owner."""

    scope: Scope
    operator: Operator
    features: frozenset[Feature] = frozenset(Feature)
    phases: frozenset[Phase] = frozenset(Phase)
    longest_session: timedelta = timedelta(hours=1)
    deployment_roles: frozenset[RoleFeature] | None = None
    """Features of the deployment's roles, where onboarding makes them."""
    pipelines: Pipelines | None = None
    """Whose CI plans and applies; None where people do."""
    reading_principal: str | None = None
    """Roles of the operator's account that only plan."""
    owner_tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PlannedPolicy:
    name: str
    description: str
    document: Document


@dataclass(frozen=True, kw_only=True)
class PlannedRole:
    name: str
    description: str
    trust: Document
    boundary: str
    """Name of the policy above it."""
    session: timedelta | None = None
    own_policies: tuple[PlannedPolicy, ...] = ()
    aws_policies: tuple[str, ...] = ()
    inline: Document | None = None
    phase: Phase | None = None


@dataclass(frozen=True, kw_only=True)
class PlannedProvider:
    """A CI system whose signed tokens the account takes."""

    host: str
    audience: str


@dataclass(frozen=True, kw_only=True)
class AccessPlan:
    boundaries: tuple[PlannedPolicy, ...]
    roles: tuple[PlannedRole, ...]
    tags: dict[str, str]
    provider: PlannedProvider | None = None

    @property
    def policies(self) -> tuple[PlannedPolicy, ...]:
        own = (policy for role in self.roles for policy in role.own_policies)
        return (*self.boundaries, *own)


def access_plan(wanted: Wanted) -> AccessPlan:
    scope = wanted.scope
    return AccessPlan(
        boundaries=(
            PlannedPolicy(
                name=scope.boundary_name,
                description=f"Ceiling of every role of the deployment {scope.name}",
                document=boundary_document(scope),
            ),
            PlannedPolicy(
                name=scope.operator_boundary_name,
                description=f"Ceiling of the operator's roles for the deployment {scope.name}",
                document=operator_boundary(scope, wanted.features),
            ),
            *reading_boundaries(wanted),
            *ci_boundaries(wanted),
        ),
        roles=(
            *operator_roles(wanted),
            *own_roles(wanted),
            *reading_roles(wanted),
            *ci_roles(wanted),
        ),
        tags={**wanted.owner_tags, PROVENANCE_TAG: "true", DEPLOYMENT_TAG: scope.name},
        provider=ci_provider(wanted),
    )


def operator_roles(wanted: Wanted) -> Iterator[PlannedRole]:
    scope = wanted.scope
    for role in phase_roles(scope):
        if role.phase not in wanted.phases:
            continue
        yield PlannedRole(
            name=role.name,
            description=f"Operator of ClickHouse: {role.purpose}; deployment {scope.name}",
            trust=access_trust(role.phase, wanted.operator, scope, wanted.pipelines),
            boundary=scope.operator_boundary_name,
            session=wanted.longest_session,
            own_policies=tuple(
                PlannedPolicy(
                    name=name,
                    description=f"{role.phase.value.capitalize()}:"
                    f" {name.removeprefix(f'{scope.prefix}-{role.phase}-')} of {scope.name}",
                    document=rights,
                )
                for name, rights in role.documents(wanted.features, scope).items()
            ),
            phase=role.phase,
        )


def own_roles(wanted: Wanted) -> Iterator[PlannedRole]:
    if wanted.deployment_roles is None:
        return
    scope = wanted.scope
    for role in needed_roles(wanted.deployment_roles):
        yield PlannedRole(
            name=scope.role_name(role.suffix),
            description=f"{role.purpose}: deployment {scope.name}",
            trust=trust_policy(role, scope, wanted.operator),
            boundary=scope.boundary_name,
            aws_policies=tuple(scope.fill(arn) for arn in role.managed_policies),
            inline=document(role.rows, scope) if role.rows else None,
        )


def trust_of_readers(wanted: Wanted) -> Document | None:
    """None where nobody reads, or the operator's access has ended."""
    if not wanted.phases:
        return None
    return reading_trust(wanted.operator, wanted.reading_principal, wanted.scope, wanted.pipelines)


def reading_boundaries(wanted: Wanted) -> Iterator[PlannedPolicy]:
    scope = wanted.scope
    if trust_of_readers(wanted) is not None:
        yield PlannedPolicy(
            name=scope.reading_boundary_name,
            description=f"Ceiling of the reading role for the deployment {scope.name}",
            document=reading_boundary(scope),
        )


def reading_roles(wanted: Wanted) -> Iterator[PlannedRole]:
    scope, trust = wanted.scope, trust_of_readers(wanted)
    if trust is not None:
        yield PlannedRole(
            name=reading_role_name(scope),
            description=f"{READING}; deployment {scope.name}",
            trust=trust,
            boundary=scope.reading_boundary_name,
            session=wanted.longest_session,
            inline=document(READING_ROWS, scope),
        )


def ci_boundaries(wanted: Wanted) -> Iterator[PlannedPolicy]:
    if wanted.pipelines is not None:
        yield PlannedPolicy(
            name=wanted.scope.ci_boundary_name,
            description=f"Ceiling of the pipelines' roles for the deployment {wanted.scope.name}",
            document=ci_boundary(wanted.scope, wanted.pipelines),
        )


def ci_roles(wanted: Wanted) -> Iterator[PlannedRole]:
    if wanted.pipelines is None:
        return
    scope = wanted.scope
    for role in CiRole:
        yield PlannedRole(
            name=role_name(role, scope),
            description=f"{PURPOSES[role]}; deployment {scope.name}",
            trust=trust_of(role, wanted.pipelines, scope),
            boundary=scope.ci_boundary_name,
            inline=document(rows_of(role, wanted.pipelines), scope),
        )


def ci_provider(wanted: Wanted) -> PlannedProvider | None:
    """An account has one for each CI system: another stack may have made it already."""
    pipelines = wanted.pipelines
    if pipelines is None or not pipelines.make_provider:
        return None
    return PlannedProvider(host=pipelines.host, audience=AUDIENCE)
