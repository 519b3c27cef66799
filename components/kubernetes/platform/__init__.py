from components.kubernetes.platform.args import (
    AdmissionArgs,
    Buckets,
    CertificatesArgs,
    ClusterAutoscalerArgs,
    DataKeysArgs,
    IngressArgs,
    LoadBalancerArgs,
    LoadBalancerController,
    PlatformArgs,
    Route,
    StorageClassArgs,
)
from components.kubernetes.platform.layer import Platform
from components.kubernetes.platform.load_balancers import private_load_balancer_tags

__all__ = [
    "AdmissionArgs",
    "Buckets",
    "CertificatesArgs",
    "ClusterAutoscalerArgs",
    "DataKeysArgs",
    "IngressArgs",
    "LoadBalancerArgs",
    "LoadBalancerController",
    "Platform",
    "PlatformArgs",
    "Route",
    "StorageClassArgs",
    "private_load_balancer_tags",
]
