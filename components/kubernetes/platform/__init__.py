from components.kubernetes.platform.args import (
    AdmissionArgs,
    Buckets,
    CertificatesArgs,
    IngressArgs,
    LoadBalancerArgs,
    LoadBalancerController,
    PlatformArgs,
    Route,
    StorageClassArgs,
)
from components.kubernetes.platform.layer import Platform

__all__ = [
    "AdmissionArgs",
    "Buckets",
    "CertificatesArgs",
    "IngressArgs",
    "LoadBalancerArgs",
    "LoadBalancerController",
    "Platform",
    "PlatformArgs",
    "Route",
    "StorageClassArgs",
]
