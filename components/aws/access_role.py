"""The roles through which the operator of ClickHouse acts in the customer's account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pulumi
from pulumi_aws import iam

from components.aws.tags import Tags
from components.aws.waiting import once
from permissions.ci.pipelines import Pipelines
from permissions.ci.roles import access_trust
from permissions.documents import to_json
from permissions.names import Scope
from permissions.operator.access_roles import PhaseRole, phase_roles
from permissions.rows import Feature, Phase
from permissions.trust import Operator


@dataclass(frozen=True, kw_only=True)
class AccessRolesArgs:
    scope: Scope
    operator: Operator
    tags: Tags
    boundary_arn: pulumi.Input[str]
    longest_session: timedelta = timedelta(hours=1)
    features: frozenset[Feature] = frozenset(Feature)
    phases: frozenset[Phase] = frozenset(Phase)
    pipelines: Pipelines | None = None


class AccessRoles(pulumi.ComponentResource):
    """One for each phase; each admits one foreign account, only its named roles, and only with the
    agreed external id."""

    arns: Mapping[Phase, pulumi.Output[str]]

    def __init__(
        self, name: str, args: AccessRolesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:AccessRoles", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.arns = {
            role.phase: self._create(role)
            for role in phase_roles(args.scope)
            if role.phase in args.phases
        }
        self.register_outputs({"arns": {phase.value: arn for phase, arn in self.arns.items()}})

    def _create(self, spec: PhaseRole) -> pulumi.Output[str]:
        args, scope, name = self._args, self._args.scope, f"{self._name}-{spec.phase}"
        trust = access_trust(spec.phase, args.operator, scope, args.pipelines)
        role = iam.Role(
            name,
            name=spec.name,
            description=f"Operator of ClickHouse: {spec.purpose}; deployment {scope.name}",
            assume_role_policy=to_json(trust),
            permissions_boundary=args.boundary_arn,
            max_session_duration=int(args.longest_session.total_seconds()),
            tags=args.tags.named(spec.name),
            opts=self._child,
        )
        attachments = []
        for policy_name, document in spec.documents(args.features, scope).items():
            part = policy_name.removeprefix(f"{scope.prefix}-{spec.phase}-")
            policy = iam.Policy(
                f"{name}-{part}",
                name=policy_name,
                description=f"{spec.phase.value.capitalize()}: {part} of {scope.name}",
                policy=to_json(document),
                tags=args.tags.named(policy_name),
                opts=self._child,
            )
            attachments.append(
                iam.RolePolicyAttachment(
                    f"{name}-{part}", role=role.name, policy_arn=policy.arn, opts=self._child
                )
            )
        return once(role.arn, [attachment.id for attachment in attachments])
