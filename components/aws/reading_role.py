"""The role that plans and looks for drift: it reads how things are set, and changes nothing."""

from dataclasses import dataclass
from datetime import timedelta

import pulumi
from pulumi_aws import iam

from components.aws.boundary import Boundary, BoundaryArgs, BoundaryKind
from components.aws.tags import Tags
from components.aws.waiting import once
from permissions.documents import Document, document, to_json
from permissions.names import Scope
from permissions.reading import PURPOSE, READING_ROWS, reading_role_name


@dataclass(frozen=True, kw_only=True)
class ReadingRoleArgs:
    scope: Scope
    tags: Tags
    trust: Document
    longest_session: timedelta = timedelta(hours=1)


class ReadingRole(pulumi.ComponentResource):
    """Stands under a ceiling of its own, which holds nothing that writes or opens data."""

    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: ReadingRoleArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:ReadingRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        scope, own = args.scope, reading_role_name(args.scope)
        ceiling = BoundaryArgs(scope=scope, tags=args.tags, kind=BoundaryKind.READING)
        role = iam.Role(
            name,
            name=own,
            description=f"{PURPOSE}; deployment {scope.name}",
            assume_role_policy=to_json(args.trust),
            permissions_boundary=Boundary(f"{name}-boundary", ceiling, child).arn,
            max_session_duration=int(args.longest_session.total_seconds()),
            tags=args.tags.named(own),
            opts=child,
        )
        rights = iam.RolePolicy(
            name,
            name="rights",
            role=role.name,
            policy=to_json(document(READING_ROWS, scope)),
            opts=child,
        )
        self.arn = once(role.arn, [rights.id])
        self.register_outputs({"arn": self.arn})
