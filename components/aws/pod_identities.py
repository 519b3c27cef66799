"""Which service account takes on which role: EKS Pod Identity."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import eks

from components.aws.tags import Tags
from permissions.deployment.roles import (
    RoleFeature,
    ServiceAccount,
    needed_roles,
)
from permissions.names import Scope


@dataclass(frozen=True, kw_only=True)
class PodIdentitiesArgs:
    scope: Scope
    tags: Tags
    cluster_name: pulumi.Input[str]
    features: frozenset[RoleFeature]
    role_arns: Mapping[str, pulumi.Input[str]]
    """By suffix."""


class PodIdentities(pulumi.ComponentResource):
    """One association for each role that pods take on; pods that start earlier go without."""

    def __init__(
        self, name: str, args: PodIdentitiesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:PodIdentities", name, None, opts)
        for role in needed_roles(args.features):
            if isinstance(account := role.taken_on_by, ServiceAccount):
                eks.PodIdentityAssociation(
                    f"{name}-{role.suffix}",
                    cluster_name=args.cluster_name,
                    namespace=account.namespace,
                    service_account=account.name,
                    role_arn=args.role_arns[role.suffix],
                    tags=args.tags.named(args.scope.role_name(role.suffix)),
                    opts=pulumi.ResourceOptions(parent=self),
                )
        self.register_outputs({})
