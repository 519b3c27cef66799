"""The permissions boundaries: of the deployment's roles, and of those that come from outside."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pulumi
from pulumi_aws import iam

from components.aws.tags import Tags
from permissions.boundary import boundary_document
from permissions.ci.boundary import ci_boundary
from permissions.ci.pipelines import Pipelines
from permissions.documents import to_json
from permissions.names import Scope
from permissions.operator.boundary import operator_boundary
from permissions.reading import reading_boundary
from permissions.rows import Feature


class BoundaryKind(StrEnum):
    DEPLOYMENT = "deployment"
    OPERATOR = "operator"
    READING = "reading"


@dataclass(frozen=True, kw_only=True)
class BoundaryArgs:
    scope: Scope
    tags: Tags
    kind: BoundaryKind = BoundaryKind.DEPLOYMENT
    pipelines: Pipelines | None = None
    """Whose, where they are the pipelines' roles."""
    features: frozenset[Feature] = frozenset()
    """What of the operator's rights its ceiling has room for, where that is optional."""


class Boundary(pulumi.ComponentResource):
    """The ceiling that no role under it can rise above."""

    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: BoundaryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:Boundary", name, None, opts)
        own, document, whose = described(args)
        policy = iam.Policy(
            name,
            name=own,
            description=f"Ceiling of {whose} the deployment {args.scope.name}",
            policy=to_json(document),
            tags=args.tags.named(own),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = policy.arn
        self.register_outputs({"arn": self.arn})


def described(args: BoundaryArgs) -> tuple[str, dict[str, Any], str]:
    if args.kind is BoundaryKind.OPERATOR:
        name = args.scope.operator_boundary_name
        document = operator_boundary(args.scope, args.features)
        return name, document, "the operator's roles for"
    if args.kind is BoundaryKind.READING:
        name = args.scope.reading_boundary_name
        return name, reading_boundary(args.scope), "the reading role for"
    if args.pipelines is not None:
        document = ci_boundary(args.scope, args.pipelines)
        return args.scope.ci_boundary_name, document, "the pipelines' roles for"
    return args.scope.boundary_name, boundary_document(args.scope), "every role of"
