"""Versions of the EKS add-ons that were released for each Kubernetes version: one tested set each.

`aws eks describe-addon-versions --kubernetes-version 1.34` lists what AWS offers now.
"""

from enum import StrEnum


class Addon(StrEnum):
    VPC_CNI = "vpc-cni"
    KUBE_PROXY = "kube-proxy"
    COREDNS = "coredns"
    POD_IDENTITY_AGENT = "eks-pod-identity-agent"
    EBS_CSI_DRIVER = "aws-ebs-csi-driver"
    METRICS_SERVER = "metrics-server"
    CERT_MANAGER = "cert-manager"
    EXTERNAL_DNS = "external-dns"


ADDON_VERSIONS: dict[str, dict[Addon, str]] = {
    "1.33": {
        Addon.VPC_CNI: "v1.21.1-eksbuild.1",
        Addon.KUBE_PROXY: "v1.33.5-eksbuild.2",
        Addon.COREDNS: "v1.12.4-eksbuild.1",
        Addon.POD_IDENTITY_AGENT: "v1.3.10-eksbuild.2",
        Addon.EBS_CSI_DRIVER: "v1.54.0-eksbuild.1",
        Addon.METRICS_SERVER: "v0.8.0-eksbuild.5",
        Addon.CERT_MANAGER: "v1.19.2-eksbuild.1",
        Addon.EXTERNAL_DNS: "v0.20.0-eksbuild.3",
    },
    "1.34": {
        Addon.VPC_CNI: "v1.21.1-eksbuild.1",
        Addon.KUBE_PROXY: "v1.34.1-eksbuild.2",
        Addon.COREDNS: "v1.12.4-eksbuild.1",
        Addon.POD_IDENTITY_AGENT: "v1.3.10-eksbuild.2",
        Addon.EBS_CSI_DRIVER: "v1.54.0-eksbuild.1",
        Addon.METRICS_SERVER: "v0.8.0-eksbuild.5",
        Addon.CERT_MANAGER: "v1.19.2-eksbuild.1",
        Addon.EXTERNAL_DNS: "v0.20.0-eksbuild.3",
    },
    "1.35": {
        Addon.VPC_CNI: "v1.21.1-eksbuild.5",
        Addon.KUBE_PROXY: "v1.35.2-eksbuild.4",
        Addon.COREDNS: "v1.13.2-eksbuild.4",
        Addon.POD_IDENTITY_AGENT: "v1.3.10-eksbuild.2",
        Addon.EBS_CSI_DRIVER: "v1.57.1-eksbuild.1",
        Addon.METRICS_SERVER: "v0.8.1-eksbuild.4",
        Addon.CERT_MANAGER: "v1.19.2-eksbuild.1",
        Addon.EXTERNAL_DNS: "v0.20.0-eksbuild.3",
    },
}
