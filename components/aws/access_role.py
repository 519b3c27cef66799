"""The role through which the operator of ClickHouse acts in the customer's account."""

from dataclasses import dataclass, field
from datetime import timedelta

import pulumi
from pulumi_aws import iam

from components.aws.tags import Tags
from components.aws.waiting import once
from permissions.documents import documents_by_component, selected, to_json
from permissions.names import Scope
from permissions.operator import OPERATOR_ROWS
from permissions.rows import Feature, Phase
from permissions.trust import Operator, operator_trust


@dataclass(frozen=True, kw_only=True)
class AccessRoleArgs:
    scope: Scope
    operator: Operator
    tags: Tags
    longest_session: timedelta = timedelta(hours=1)
    features: frozenset[Feature] = frozenset(Feature)
    phases: frozenset[Phase] = field(default_factory=lambda: frozenset(Phase))


class AccessRole(pulumi.ComponentResource):
    """Admits one foreign account, only its named roles, and only with the agreed external id."""

    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: AccessRoleArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:AccessRole", name, None, opts)
        scope = args.scope
        child = pulumi.ResourceOptions(parent=self)
        role = iam.Role(
            name,
            name=scope.access_role,
            description=f"Operator of ClickHouse, for the deployment {scope.name}",
            assume_role_policy=to_json(operator_trust(args.operator, scope.partition)),
            max_session_duration=int(args.longest_session.total_seconds()),
            tags=args.tags.named(scope.access_role),
            opts=child,
        )
        rows = selected(OPERATOR_ROWS, args.features, args.phases)
        attachments = []
        for part, document in documents_by_component(rows, scope).items():
            policy = iam.Policy(
                f"{name}-{part}",
                name=f"{scope.prefix}-access-{part}",
                description=f"What the operator may do with the {part} of {scope.name}",
                policy=to_json(document),
                tags=args.tags.named(f"{scope.prefix}-access-{part}"),
                opts=child,
            )
            attachments.append(
                iam.RolePolicyAttachment(
                    f"{name}-{part}", role=role.name, policy_arn=policy.arn, opts=child
                )
            )
        self.arn = once(role.arn, [attachment.id for attachment in attachments])
        self.register_outputs({"arn": self.arn})
