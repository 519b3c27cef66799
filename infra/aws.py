"""A deployment on AWS, and the onboarding of its operator."""

from pathlib import Path

import pulumi
import pulumi_aws
import pulumi_kubernetes

from components.aws.access import Access
from components.aws.cluster import Cluster
from infra import scope
from infra.aws_layers import Layers, create_access, create_layers
from infra.config.stack import StackConfig
from infra.tailscale_key import find_auth_key

SESSION_NAME = "clickhouse-byoc"


def deploy(config: StackConfig) -> None:
    """Access, encryption, network, storage, cluster; then what runs inside the cluster."""
    from infra.cluster_layers import create_cluster_layers
    from infra.private_link_layer import create_private_link
    from infra.warehouses import create_warehouses

    key = find_auth_key(config.tailscale, Path(pulumi.get_root_directory()))
    provider = aws_provider(config)
    layers = create_layers(config, pulumi.ResourceOptions(providers=[provider]))
    kubernetes = kubernetes_provider(layers.cluster)
    inside = pulumi.ResourceOptions(providers=[kubernetes])
    platform = create_cluster_layers(config, layers, key, inside)
    create_warehouses(config.warehouses, [platform], pulumi.ResourceOptions(provider=kubernetes))
    export_deployment(config, layers)
    endpoints = {"public": platform.public_hostname, "private": platform.private_hostname}
    pulumi.export("endpoints", {kind: name for kind, name in endpoints.items() if name})
    if (link := create_private_link(config, platform.private_hostname, provider)) is not None:
        told = {"serviceName": link.service_name, "dnsRecord": link.dns_record}
        pulumi.export("privateLink", told)


def onboard(config: StackConfig) -> None:
    """The access layer alone: the account's owner applies it, and then hands the ARN out."""
    access = create_access(config, pulumi.ResourceOptions(providers=[aws_provider(config)]))
    pulumi.export("deployment", config.name)
    pulumi.export("accessRoleArns", by_phase(access))
    pulumi.export("boundaryArn", access.boundary_arn)
    if access.reading_role_arn is not None:
        pulumi.export("readingRoleArn", access.reading_role_arn)
    if access.ci_role_arns:
        pulumi.export("ciRoleArns", {role.value: arn for role, arn in access.ci_role_arns.items()})
    if scope.makes_deployment_roles(config):
        pulumi.export("roleArns", dict(access.role_arns))


def aws_provider(config: StackConfig) -> pulumi_aws.Provider:
    """Bound to the deployment's account and region: credentials of another account are refused."""
    return pulumi_aws.Provider(
        "aws",
        region=config.region,
        profile=config.access.profile,
        allowed_account_ids=[config.account],
        default_tags=default_tags(config),
        assume_roles=assumed_roles(config),
    )


def default_tags(config: StackConfig) -> pulumi_aws.ProviderDefaultTagsArgs | None:
    """A net below the tags that each resource has; not under the operator's role, which may not tag
    what a VPC brings with it."""
    if config.access.role_arn is not None:
        return None
    return pulumi_aws.ProviderDefaultTagsArgs(tags=scope.tags(config).common())


def assumed_roles(config: StackConfig) -> list[pulumi_aws.ProviderAssumeRoleArgs] | None:
    """The SDK hands a provider's arguments on as JSON and translates the names of classes alone:
    a typed dict would arrive in snake case."""
    access = config.access
    if access.role_arn is None or access.profile is not None or config.is_onboarding:
        return None
    return [
        pulumi_aws.ProviderAssumeRoleArgs(
            role_arn=access.role_arn,
            external_id=access.external_id,
            session_name=SESSION_NAME,
        )
    ]


def kubernetes_provider(cluster: Cluster) -> pulumi_kubernetes.Provider:
    """Waits for nodes, add-ons and pod identities: a pod that starts before them goes without."""
    return pulumi_kubernetes.Provider(
        "kubernetes",
        kubeconfig=cluster.kubeconfig,
        enable_server_side_apply=True,
        # Changed in place: replacing would take them from under the pods that mount them.
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
        # What somebody changed by hand is taken back; nobody else may own what the program sets.
        enable_patch_force=True,
        opts=pulumi.ResourceOptions(depends_on=[cluster]),
    )


def export_deployment(config: StackConfig, layers: Layers) -> None:
    pulumi.export("deployment", config.name)
    pulumi.export("region", config.region)
    pulumi.export("account", config.account)
    pulumi.export("clusterName", layers.cluster.cluster_name)
    pulumi.export("clusterEndpoint", layers.cluster.endpoint)
    pulumi.export("kubeconfig", layers.cluster.kubeconfig)
    pulumi.export("vpcId", layers.network.vpc_id)
    pulumi.export("natAddresses", dict(layers.network.nat_addresses))
    pulumi.export(
        "buckets", {purpose.value: name for purpose, name in layers.storage.bucket_names.items()}
    )
    pulumi.export("roleArns", dict(layers.access.role_arns))
    if layers.access.access_role_arns:
        pulumi.export("accessRoleArns", by_phase(layers.access))


def by_phase(access: Access) -> dict[str, pulumi.Output[str]]:
    return {phase.value: arn for phase, arn in access.access_role_arns.items()}
