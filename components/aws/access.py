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
        child = pulumi.ResourceOptions(parent=self)
        scope = args.scope
        self.access_role_arn = None
        self.boundary_arn = pulumi.Output.from_input(scope.boundary_arn)
        if args.make_operator_access:
            boundary = Boundary(
                f"{name}-boundary", BoundaryArgs(scope=scope, tags=args.tags), child
            )
            self.boundary_arn = boundary.arn
            if args.operator is not None:
                self.access_role_arn = AccessRole(
                    f"{name}-operator",
                    AccessRoleArgs(
                        scope=scope,
                        operator=args.operator,
                        tags=args.tags,
                        longest_session=args.longest_session,
                        features=args.operator_features,
                    ),
                    child,
                ).arn
        if args.make_deployment_roles:
            self.role_arns = DeploymentRoles(
                f"{name}-role",
                DeploymentRolesArgs(
                    scope=scope,
                    features=args.role_features,
                    boundary_arn=self.boundary_arn,
                    tags=args.tags,
                    operator=args.operator,
                ),
                child,
            ).arns
        else:
            self.role_arns = {
                role.suffix: pulumi.Output.from_input(scope.role_arn(role.suffix))
                for role in needed_roles(args.role_features)
            }
        self.register_outputs({"boundary_arn": self.boundary_arn, "role_arns": self.role_arns})
