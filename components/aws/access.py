"""The access layer: who may do what in the customer's account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pulumi

from components.aws.access_role import AccessRole, AccessRoleArgs
from components.aws.boundary import Boundary, BoundaryArgs
from components.aws.deployment_roles import DeploymentRoles, DeploymentRolesArgs
from components.aws.tags import Tags
from permissions.deployment.roles import RoleFeature, needed_roles
from permissions.names import Scope
from permissions.rows import Feature
from permissions.trust import Operator


@dataclass(frozen=True, kw_only=True)
class AccessArgs:
    """Of its three parts, those that another stack has made are taken by their names."""

    scope: Scope
    tags: Tags
    operator: Operator | None
    role_features: frozenset[RoleFeature]
    operator_features: frozenset[Feature] = frozenset(Feature)
    longest_session: timedelta = timedelta(hours=1)
    make_operator_access: bool = True
    """Access role and boundary; an onboarding stack makes them for its deployment."""
    make_deployment_roles: bool = True


class Access(pulumi.ComponentResource):
    """Boundary, access role and the deployment's roles."""

    access_role_arn: pulumi.Output[str] | None
    boundary_arn: pulumi.Output[str]
    role_arns: Mapping[str, pulumi.Output[str]]
    """By the suffix of the role's name."""

    def __init__(
        self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:Access", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.access_role_arn = None
        self.boundary_arn = pulumi.Output.from_input(args.scope.boundary_arn)
        if args.make_operator_access:
            boundary = BoundaryArgs(scope=args.scope, tags=args.tags)
            self.boundary_arn = Boundary(f"{name}-boundary", boundary, self._child).arn
            if args.operator is not None:
                self.access_role_arn = self._create_access_role(args.operator)
        self.role_arns = (
            self._create_roles() if args.make_deployment_roles else self._roles_by_name()
        )
        self.register_outputs({"boundary_arn": self.boundary_arn, "role_arns": self.role_arns})

    def _create_access_role(self, operator: Operator) -> pulumi.Output[str]:
        return AccessRole(
            f"{self._name}-operator",
            AccessRoleArgs(
                scope=self._args.scope,
                operator=operator,
                tags=self._args.tags,
                longest_session=self._args.longest_session,
                features=self._args.operator_features,
            ),
            self._child,
        ).arn

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
