"""Arguments of the platform layer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import pulumi

from components.errors import ConfigError
from components.kubernetes.deployment import Deployment, require_cidr
from components.kubernetes.images import AUTOSCALER_RELEASES
from components.kubernetes.names import DEFAULT_TLS_SECRET, Autoscaling


@dataclass(frozen=True, kw_only=True)
class Buckets:
    """Names of the deployment's buckets."""

    data: pulumi.Input[str]
    backup: pulumi.Input[str]
    monitoring: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class DataKeysArgs:
    """Where warehouses may be encrypted: what wraps their data keys, and who opens them."""

    kms_key_arn: pulumi.Input[str]
    role_arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class StorageClassArgs:
    provisioner: str = "ebs.csi.aws.com"
    kms_key_arn: pulumi.Input[str] | None = None
    """Key of the volumes; the account's default EBS key when absent."""


class LoadBalancerController(StrEnum):
    """Who makes the load balancers; the annotations of a Service differ."""

    CLOUD_PROVIDER = "cloud-provider"
    AWS_LOAD_BALANCER_CONTROLLER = "aws-load-balancer-controller"


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    source_ranges: tuple[str, ...]
    """Networks that may connect. Never empty: a load balancer that nobody may use is left out."""
    hosts: tuple[str, ...] = ()
    """Names that external-dns points at it."""
    offered: bool = False
    """By an endpoint service as well, which waits for it, whatever else is waited for."""

    def __post_init__(self) -> None:
        if not self.source_ranges:
            raise ConfigError(
                "source_ranges", "is empty; list the networks that may connect, or leave it out"
            )
        for cidr in self.source_ranges:
            require_cidr("source_ranges", cidr)


@dataclass(frozen=True, kw_only=True)
class Route:
    """Clients that ask for one of `hosts` reach the Service `service` of `namespace`."""

    service: str
    namespace: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class IngressArgs:
    public: LoadBalancerArgs | None = None
    private: LoadBalancerArgs | None = None
    routes: tuple[Route, ...] = ()
    tls_secret: str = DEFAULT_TLS_SECRET
    """Secret in byoc-ingress with tls.crt and tls.key; `certificates` makes it where given."""
    controller: LoadBalancerController = LoadBalancerController.CLOUD_PROVIDER
    replicas: int = 2

    def __post_init__(self) -> None:
        if self.public is None and self.private is None:
            raise ConfigError("ingress", "has no load balancer; set public or private, or omit it")


@dataclass(frozen=True, kw_only=True)
class CertificatesArgs:
    """A wildcard certificate by ACME and DNS; cert-manager must be in the cluster."""

    domain: str
    email: str
    hosted_zone_id: pulumi.Input[str]
    subdomains: tuple[str, ...] = ()
    """Names below the domain that have names below them: a wildcard covers one label."""
    server: str = "https://acme-v02.api.letsencrypt.org/directory"
    after: tuple[pulumi.Resource, ...] = ()
    """What brings cert-manager's kinds into the cluster (the EKS add-on)."""


@dataclass(frozen=True, kw_only=True)
class AdmissionArgs:
    """The specs of a ValidatingAdmissionPolicy and of its binding, which bears its name."""

    name: str
    policy: Mapping[str, Any]
    binding: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ClusterAutoscalerArgs:
    cluster_name: str
    """Groups of nodes that bear its tag are sized, and no others."""
    kubernetes_version: str

    def __post_init__(self) -> None:
        if self.kubernetes_version not in AUTOSCALER_RELEASES:
            known = ", ".join(AUTOSCALER_RELEASES)
            raise ConfigError(
                "kubernetes_version",
                f"{self.kubernetes_version!r} has no release of the autoscaler; known are {known}",
            )


@dataclass(frozen=True, kw_only=True)
class PlatformArgs:
    deployment: Deployment
    buckets: Buckets
    crds: tuple[Mapping[str, Any], ...]
    """CustomResourceDefinition documents of Warehouse and Service."""
    data_keys: DataKeysArgs | None = None
    admission: tuple[AdmissionArgs, ...] = ()
    """What the API server refuses, whoever asks for it."""
    readers: str | None = None
    """Group of those who only read; None where nobody does."""
    storage_class: StorageClassArgs = field(default_factory=StorageClassArgs)
    ingress: IngressArgs | None = None
    certificates: CertificatesArgs | None = None
    cluster_autoscaler: ClusterAutoscalerArgs | None = None
    """None: the number of nodes is nobody's to change but the stack's."""
    autoscaling: Autoscaling = Autoscaling.APPLY
    releases: Mapping[str, date] = field(default_factory=dict)
    """ClickHouse versions that warehouses may be led to, with the day of their release."""
    await_workloads: bool = True
    """Wait for ingress and autoscaler to be ready; controller and activator always are."""

    def __post_init__(self) -> None:
        if self.certificates is not None and self.ingress is None:
            raise ConfigError("certificates", "has no ingress to serve; set ingress as well")
