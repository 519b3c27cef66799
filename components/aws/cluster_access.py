"""Who may enter the cluster, beside the one who made it."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import eks

from components.aws.tags import Tags
from permissions.names import Scope
from permissions.reading import READERS

ADMIN_POLICY = "arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


@dataclass(frozen=True, kw_only=True)
class ClusterAccessArgs:
    scope: Scope
    tags: Tags
    cluster_name: pulumi.Input[str]
    admin_role_arns: tuple[str, ...]
    reading_role_arn: str | None = None


class ClusterAccess(pulumi.ComponentResource):
    """Access entries; there is no aws-auth ConfigMap."""

    def __init__(
        self, name: str, args: ClusterAccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:ClusterAccess", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        for role_arn in args.admin_role_arns:
            entry = self._admit(role_arn)
            eks.AccessPolicyAssociation(
                f"{name}-{key_of(role_arn)}",
                cluster_name=args.cluster_name,
                principal_arn=entry.principal_arn,
                policy_arn=args.scope.fill(ADMIN_POLICY),
                access_scope={"type": "cluster"},
                opts=self._child,
            )
        if args.reading_role_arn is not None:
            self._admit(args.reading_role_arn, groups=[READERS])
        self.register_outputs({})

    def _admit(self, role_arn: str, groups: list[str] | None = None) -> eks.AccessEntry:
        args, key = self._args, key_of(role_arn)
        return eks.AccessEntry(
            f"{self._name}-{key}",
            cluster_name=args.cluster_name,
            principal_arn=role_arn,
            type="STANDARD",
            kubernetes_groups=groups,
            tags=args.tags.named(f"{args.scope.name}-{key}"),
            opts=self._child,
        )


def key_of(role_arn: str) -> str:
    return role_arn.partition(":role/")[2].replace("/", "-")
