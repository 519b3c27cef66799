"""The access layer: who may do what in the customer's account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pulumi

from components.aws.access_role import AccessRoles, AccessRolesArgs
from components.aws.boundary import Boundary, BoundaryArgs, BoundaryKind
from components.aws.ci_roles import CiRoles, CiRolesArgs
from components.aws.deployment_roles import DeploymentRoles, DeploymentRolesArgs
from components.aws.reading_role import ReadingRole, ReadingRoleArgs
from components.aws.tags import Tags
from permissions.ci.pipelines import Pipelines
from permissions.ci.roles import CiRole, reading_trust
from permissions.deployment.roles import RoleFeature, needed_roles
from permissions.names import Scope
from permissions.rows import Feature, Phase
from permissions.trust import Operator


@dataclass(frozen=True, kw_only=True)
class AccessArgs:
    """Of its three parts, those that another stack has made are taken by their names."""

    scope: Scope
    tags: Tags
    operator: Operator | None
    role_features: frozenset[RoleFeature]
    operator_features: frozenset[Feature] = frozenset(Feature)
    operator_phases: frozenset[Phase] = frozenset(Phase)
    longest_session: timedelta = timedelta(hours=1)
    make_operator_access: bool = True
    """Access roles and boundaries; an onboarding stack makes them for its deployment."""
    make_deployment_roles: bool = True
    pipelines: Pipelines | None = None
    """Whose CI plans and applies; its roles come with the access roles."""
    reading_principal: str | None = None
    """Roles of the operator's account that only plan."""


class Access(pulumi.ComponentResource):
    """Boundaries, the operator's access roles and the deployment's roles."""

    access_role_arns: Mapping[Phase, pulumi.Output[str]]
    """None where nobody from outside is let in."""
    boundary_arn: pulumi.Output[str]
    role_arns: Mapping[str, pulumi.Output[str]]
    """By the suffix of the role's name."""
    ci_role_arns: Mapping[CiRole, pulumi.Output[str]]
    reading_role_arn: pulumi.Output[str] | None
    """None where nobody only plans."""

    def __init__(
        self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:Access", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.access_role_arns = {}
        self.boundary_arn = pulumi.Output.from_input(args.scope.boundary_arn)
        if args.make_operator_access:
            boundary = BoundaryArgs(scope=args.scope, tags=args.tags)
            self.boundary_arn = Boundary(f"{name}-boundary", boundary, self._child).arn
            if args.operator is not None:
                self.access_role_arns = self._create_access_roles(args.operator)
        self.reading_role_arn = self._create_reading_role()
        self.ci_role_arns = self._create_ci_roles(args.pipelines) if args.pipelines else {}
        self.role_arns = (
            self._create_roles() if args.make_deployment_roles else self._roles_by_name()
        )
        self.register_outputs({"boundary_arn": self.boundary_arn, "role_arns": self.role_arns})

    def _create_reading_role(self) -> pulumi.Output[str] | None:
        args = self._args
        if args.operator is None or not args.make_operator_access or not args.operator_phases:
            return None
        trust = reading_trust(args.operator, args.reading_principal, args.scope, args.pipelines)
        if trust is None:
            return None
        reading = ReadingRoleArgs(
            scope=args.scope, tags=args.tags, trust=trust, longest_session=args.longest_session
        )
        return ReadingRole(f"{self._name}-reading", reading, self._child).arn

    def _create_ci_roles(self, pipelines: Pipelines) -> Mapping[CiRole, pulumi.Output[str]]:
        args = CiRolesArgs(scope=self._args.scope, pipelines=pipelines, tags=self._args.tags)
        return CiRoles(f"{self._name}-pipelines", args, self._child).arns

    def _create_access_roles(self, operator: Operator) -> Mapping[Phase, pulumi.Output[str]]:
        args = self._args
        ceiling = BoundaryArgs(
            scope=args.scope,
            tags=args.tags,
            kind=BoundaryKind.OPERATOR,
            features=args.operator_features,
        )
        return AccessRoles(
            f"{self._name}-operator",
            AccessRolesArgs(
                scope=args.scope,
                operator=operator,
                tags=args.tags,
                boundary_arn=Boundary(f"{self._name}-operator-boundary", ceiling, self._child).arn,
                longest_session=args.longest_session,
                features=args.operator_features,
                phases=args.operator_phases,
                pipelines=args.pipelines,
            ),
            self._child,
        ).arns

    def _create_roles(self) -> Mapping[str, pulumi.Output[str]]:
        return DeploymentRoles(
            f"{self._name}-role",
            DeploymentRolesArgs(
                scope=self._args.scope,
                features=self._args.role_features,
                boundary_arn=self.boundary_arn,
                tags=self._args.tags,
                operator=self._args.operator,
            ),
            self._child,
        ).arns

    def _roles_by_name(self) -> Mapping[str, pulumi.Output[str]]:
        return {
            role.suffix: pulumi.Output.from_input(self._args.scope.role_arn(role.suffix))
            for role in needed_roles(self._args.role_features)
        }
