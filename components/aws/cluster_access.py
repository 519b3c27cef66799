"""Who may enter the cluster, beside the one who made it."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import eks

from components.aws.tags import Tags
from permissions.names import Scope

ADMIN_POLICY = "arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


@dataclass(frozen=True, kw_only=True)
class ClusterAccessArgs:
    scope: Scope
    tags: Tags
    cluster_name: pulumi.Input[str]
    admin_role_arns: tuple[str, ...]


class ClusterAccess(pulumi.ComponentResource):
    """Access entries; there is no aws-auth ConfigMap."""

    def __init__(
        self, name: str, args: ClusterAccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:ClusterAccess", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        for role_arn in args.admin_role_arns:
            key = role_arn.partition(":role/")[2].replace("/", "-")
            entry = eks.AccessEntry(
                f"{name}-{key}",
                cluster_name=args.cluster_name,
                principal_arn=role_arn,
                type="STANDARD",
                tags=args.tags.named(f"{args.scope.name}-{key}"),
                opts=child,
            )
            eks.AccessPolicyAssociation(
                f"{name}-{key}",
                cluster_name=args.cluster_name,
                principal_arn=entry.principal_arn,
                policy_arn=args.scope.fill(ADMIN_POLICY),
                access_scope={"type": "cluster"},
                opts=child,
            )
        self.register_outputs({})
