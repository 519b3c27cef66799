"""The layers inside the cluster, each from its part of the configuration."""

import os
from collections.abc import Mapping
from datetime import timedelta

import pulumi

from components.aws.key_policies import KeyPurpose
from components.kubernetes.deployment import Addresses, Deployment
from components.kubernetes.monitoring import (
    AlertmanagerArgs,
    GrafanaArgs,
    Monitoring,
    MonitoringArgs,
    PrometheusArgs,
    TelemetryArgs,
    ThanosArgs,
)
from components.kubernetes.names import DEFAULT_TLS_SECRET, Feature, Namespace
from components.kubernetes.platform import (
    Buckets,
    CertificatesArgs,
    ClusterAutoscalerArgs,
    DataKeysArgs,
    IngressArgs,
    LoadBalancerArgs,
    LoadBalancerController,
    Platform,
    PlatformArgs,
    Route,
    StorageClassArgs,
)
from components.kubernetes.tailscale import SubnetRouter, SubnetRouterArgs
from control.warehouses.crds import crd_documents
from infra import scope
from infra.admission import admission
from infra.aws_layers import Layers
from infra.config.node_autoscaler import NodeAutoscaler
from infra.config.platform import LoadBalancers
from infra.config.stack import StackConfig
from infra.private_link_layer import offers_private_link, private_dns_name
from infra.tailscale_key import opened
from permissions.names import BucketPurpose
from permissions.reading import READERS

CONTROLLERS = {
    LoadBalancers.CLOUD_PROVIDER: LoadBalancerController.CLOUD_PROVIDER,
    LoadBalancers.CONTROLLER: LoadBalancerController.AWS_LOAD_BALANCER_CONTROLLER,
}


def create_cluster_layers(
    config: StackConfig,
    layers: Layers,
    tailscale_key: pulumi.Output[str] | None,
    opts: pulumi.ResourceOptions,
) -> Platform:
    platform = create_platform(config, layers, opts)
    if config.monitoring.enabled:
        create_monitoring(config, layers, platform, opts)
    if config.tailscale.enabled:
        create_tailscale(config, platform, tailscale_key, opts)
    return platform


def deployment(config: StackConfig) -> Deployment:
    features = {
        Feature.INGRESS: config.endpoints.domain is not None,
        Feature.MONITORING: config.monitoring.enabled,
        Feature.THANOS: config.monitoring.enabled and config.monitoring.long_term,
        Feature.TAILSCALE: config.tailscale.enabled,
        Feature.CLUSTER_AUTOSCALER: cluster_autoscaler(config) is not None,
    }
    return Deployment(
        name=config.name,
        cloud=config.cloud.value,
        region=config.region,
        account=config.account,
        addresses=Addresses(
            vpc_cidrs=(str(config.network.cidr),), service_cidr=str(config.cluster.service_cidr)
        ),
        features=frozenset(feature for feature, present in features.items() if present),
        images=config.platform.images,
    )


def create_platform(config: StackConfig, layers: Layers, opts: pulumi.ResourceOptions) -> Platform:
    buckets = layers.storage.bucket_names
    return Platform(
        "platform",
        PlatformArgs(
            deployment=deployment(config),
            buckets=Buckets(
                data=buckets[BucketPurpose.DATA],
                backup=buckets[BucketPurpose.BACKUP],
                monitoring=buckets[BucketPurpose.MONITORING],
            ),
            crds=tuple(crd_documents()),
            data_keys=data_keys(config, layers),
            admission=admission(pulumi.get_stack()),
            readers=READERS if scope.reading_entry(config) else None,
            storage_class=StorageClassArgs(
                kms_key_arn=layers.encryption.key_arns[KeyPurpose.VOLUMES]
            ),
            ingress=ingress(config),
            certificates=certificates(config, layers),
            cluster_autoscaler=cluster_autoscaler(config),
            autoscaling=config.platform.autoscaling,
            releases=config.platform.releases,
            await_workloads=config.platform.await_workloads,
        ),
        opts,
    )


def data_keys(config: StackConfig, layers: Layers) -> DataKeysArgs | None:
    if not config.encryption.tde:
        return None
    return DataKeysArgs(
        kms_key_arn=layers.encryption.key_arns[KeyPurpose.TDE],
        role_arn=scope.scope(config).role_arn("tde-delegate"),
    )


def cluster_autoscaler(config: StackConfig) -> ClusterAutoscalerArgs | None:
    if config.cluster.autoscaling is not NodeAutoscaler.CLUSTER_AUTOSCALER:
        return None
    return ClusterAutoscalerArgs(
        cluster_name=scope.scope(config).cluster_name,
        kubernetes_version=config.cluster.version.value,
    )


def ingress(config: StackConfig) -> IngressArgs | None:
    endpoints = config.endpoints
    if endpoints.domain is None:
        return None
    public = tuple(map(str, endpoints.public_source_ranges))
    inside = [config.network.cidr, *(cidr for peer in config.peering for cidr in peer.cidrs)]
    private = tuple(map(str, (*inside, *endpoints.private_source_ranges)))
    return IngressArgs(
        public=LoadBalancerArgs(source_ranges=public, hosts=hosts(config, "")) if public else None,
        private=LoadBalancerArgs(
            source_ranges=private,
            hosts=hosts(config, "-private"),
            offered=endpoints.private_link is not None
            and endpoints.private_link.load_balancer_arn is None,
        )
        if endpoints.private
        else None,
        routes=routes(config),
        tls_secret=endpoints.tls_secret or DEFAULT_TLS_SECRET,
        controller=CONTROLLERS[endpoints.load_balancers],
    )


def hosts(config: StackConfig, suffix: str) -> tuple[str, ...]:
    return tuple(
        f"{service.name}{suffix}.{config.endpoints.domain}"
        for warehouse in config.warehouses
        for service in warehouse.services
    )


def routes(config: StackConfig) -> tuple[Route, ...]:
    """The controller names the client Service of a service <warehouse>-<service>."""
    return tuple(
        Route(
            service=f"{warehouse.name}-{service.name}",
            namespace=Namespace.CLICKHOUSE,
            hosts=names(config, service.name),
        )
        for warehouse in config.warehouses
        for service in warehouse.services
    )


def names(config: StackConfig, service: str) -> tuple[str, ...]:
    """From the internet, from the VPC and its peers, and over PrivateLink."""
    domain = config.endpoints.domain
    offered = (f"{service}.{private_dns_name(config)}",) if offers_private_link(config) else ()
    return (f"{service}.{domain}", f"{service}-private.{domain}", *offered)


def certificates(config: StackConfig, layers: Layers) -> CertificatesArgs | None:
    endpoints = config.endpoints
    if endpoints.domain is None or endpoints.tls_secret is not None:
        return None
    assert endpoints.certificate_email is not None
    assert endpoints.hosted_zone_id is not None
    return CertificatesArgs(
        domain=endpoints.domain,
        email=endpoints.certificate_email,
        hosted_zone_id=endpoints.hosted_zone_id,
        subdomains=(private_dns_name(config),) if offers_private_link(config) else (),
        after=(layers.cluster.late_addons,),
    )


def create_monitoring(
    config: StackConfig, layers: Layers, platform: Platform, opts: pulumi.ResourceOptions
) -> None:
    monitoring = config.monitoring
    bucket = layers.storage.bucket_names[BucketPurpose.MONITORING]
    endpoint = s3_endpoint(config.region, os.environ)
    webhook = monitoring.alert_webhook
    Monitoring(
        "monitoring",
        MonitoringArgs(
            deployment=deployment(config),
            prometheus=PrometheusArgs(
                retention=timedelta(days=monitoring.local_retention_days),
                volume_gib=monitoring.volume_gib,
                replicas=monitoring.replicas,
            ),
            thanos=ThanosArgs(bucket=bucket, endpoint_url=endpoint)
            if monitoring.long_term
            else None,
            alertmanager=AlertmanagerArgs(webhook_url=None if webhook is None else opened(webhook)),
            grafana=GrafanaArgs() if monitoring.grafana else None,
            telemetry=telemetry(config),
            await_workloads=config.platform.await_workloads,
            after=platform.foundation,
        ),
        opts,
    )


def telemetry(config: StackConfig) -> TelemetryArgs:
    monitoring = config.monitoring
    return TelemetryArgs(
        state_queue_url=monitoring.state_queue_url,
        state_role_arn=monitoring.state_role_arn,
        usage_bucket=monitoring.usage_bucket,
        usage_role_arn=monitoring.usage_role_arn,
    )


def s3_endpoint(region: str, environment: Mapping[str, str]) -> str:
    """Where AWS's own clients would look for S3: their variables first, then the region's name."""
    return (
        environment.get("AWS_ENDPOINT_URL_S3")
        or environment.get("AWS_ENDPOINT_URL")
        or f"https://s3.{region}.amazonaws.com"
    )


def create_tailscale(
    config: StackConfig,
    platform: Platform,
    auth_key: pulumi.Output[str] | None,
    opts: pulumi.ResourceOptions,
) -> None:
    tailscale = config.tailscale
    routed = tailscale.routes or (config.cluster.service_cidr,)
    SubnetRouter(
        "tailscale",
        SubnetRouterArgs(
            deployment=deployment(config),
            routes=tuple(map(str, routed)),
            auth_key=auth_key,
            existing_secret=tailscale.existing_secret,
            tags=tailscale.tags,
            hostname=tailscale.hostname,
            await_workloads=config.platform.await_workloads,
            after=platform.foundation,
        ),
        opts,
    )
