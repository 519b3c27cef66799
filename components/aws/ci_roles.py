"""The roles of pipelines: one plans, one applies what was approved."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import iam

from components.aws.boundary import Boundary, BoundaryArgs
from components.aws.tags import Tags
from components.aws.waiting import once
from permissions.ci.pipelines import Pipelines
from permissions.ci.roles import PURPOSES, CiRole, role_name, rows_of, trust_of
from permissions.documents import document, to_json
from permissions.names import Scope
from permissions.trust import AUDIENCE


@dataclass(frozen=True, kw_only=True)
class CiRolesArgs:
    scope: Scope
    pipelines: Pipelines
    tags: Tags


class CiRoles(pulumi.ComponentResource):
    """Each admits the signed jobs of one repository; none of their keys is stored anywhere."""

    arns: Mapping[CiRole, pulumi.Output[str]]

    def __init__(
        self, name: str, args: CiRolesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:CiRoles", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        if args.pipelines.make_provider:
            self._create_provider()
        ceiling = BoundaryArgs(scope=args.scope, tags=args.tags, pipelines=args.pipelines)
        boundary = Boundary(f"{name}-boundary", ceiling, self._child)
        self.arns = {role: self._create(role, boundary.arn) for role in CiRole}
        self.register_outputs({"arns": {role.value: arn for role, arn in self.arns.items()}})

    def _create_provider(self) -> None:
        host = self._args.pipelines.host
        iam.OpenIdConnectProvider(
            f"{self._name}-identities",
            url=f"https://{host}",
            client_id_lists=[AUDIENCE],
            tags=self._args.tags.named(host),
            opts=self._child,
        )

    def _create(self, role: CiRole, boundary_arn: pulumi.Output[str]) -> pulumi.Output[str]:
        scope, pipelines = self._args.scope, self._args.pipelines
        name, own = f"{self._name}-{role}", role_name(role, scope)
        made = iam.Role(
            name,
            name=own,
            description=f"{PURPOSES[role]}; deployment {scope.name}",
            assume_role_policy=to_json(trust_of(role, pipelines, scope)),
            permissions_boundary=boundary_arn,
            tags=self._args.tags.named(own),
            opts=self._child,
        )
        rights = iam.RolePolicy(
            name,
            name="rights",
            role=made.name,
            policy=to_json(document(rows_of(role, pipelines), scope)),
            opts=self._child,
        )
        return once(made.arn, [rights.id])
