"""The roles of nodes, pods and AWS services of one deployment."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import iam

from components.aws.tags import Tags
from components.aws.waiting import once
from permissions.deployment.roles import (
    DeploymentRole,
    RoleFeature,
    needed_roles,
    trust_policy,
)
from permissions.documents import document, to_json
from permissions.names import Scope
from permissions.trust import Operator


@dataclass(frozen=True, kw_only=True)
class DeploymentRolesArgs:
    scope: Scope
    features: frozenset[RoleFeature]
    boundary_arn: pulumi.Input[str]
    tags: Tags
    operator: Operator | None = None


class DeploymentRoles(pulumi.ComponentResource):
    """One role for each purpose, all under the boundary, bound to this one cluster."""

    arns: Mapping[str, pulumi.Output[str]]
    """By suffix."""

    def __init__(
        self, name: str, args: DeploymentRolesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:DeploymentRoles", name, None, opts)
        self.arns = {
            role.suffix: self._create(f"{name}-{role.suffix}", role, args)
            for role in needed_roles(args.features)
        }
        self.register_outputs({"arns": self.arns})

    def _create(
        self, name: str, spec: DeploymentRole, args: DeploymentRolesArgs
    ) -> pulumi.Output[str]:
        scope = args.scope
        child = pulumi.ResourceOptions(parent=self)
        role = iam.Role(
            name,
            name=scope.role_name(spec.suffix),
            description=f"{spec.purpose}: deployment {scope.name}",
            assume_role_policy=to_json(trust_policy(spec, scope, args.operator)),
            permissions_boundary=args.boundary_arn,
            tags=args.tags.named(scope.role_name(spec.suffix)),
            opts=child,
        )
        parts: list[pulumi.Output[str]] = [
            iam.RolePolicyAttachment(
                f"{name}-{pattern.rpartition('/')[2]}",
                role=role.name,
                policy_arn=scope.fill(pattern),
                opts=child,
            ).id
            for pattern in spec.managed_policies
        ]
        if spec.rows:
            policy = to_json(document(spec.rows, scope))
            parts.append(
                iam.RolePolicy(name, name="rights", role=role.name, policy=policy, opts=child).id
            )
        return once(role.arn, parts)
