"""The permissions boundary of a deployment's roles."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import iam

from components.aws.tags import Tags
from permissions.boundary import boundary_document
from permissions.documents import to_json
from permissions.names import Scope


@dataclass(frozen=True, kw_only=True)
class BoundaryArgs:
    scope: Scope
    tags: Tags


class Boundary(pulumi.ComponentResource):
    """The ceiling that no role of the deployment can rise above."""

    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: BoundaryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:Boundary", name, None, opts)
        policy = iam.Policy(
            name,
            name=args.scope.boundary_name,
            description=f"Ceiling of every role of the deployment {args.scope.name}",
            policy=to_json(boundary_document(args.scope)),
            tags=args.tags.named(args.scope.boundary_name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = policy.arn
        self.register_outputs({"arn": self.arn})
