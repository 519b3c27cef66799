"""What pods are told about the cloud: its endpoint and region, and their own role in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from local.kubelet.model.pod import Pod

TOKEN_FOLDER = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"  # noqa: S105 - a path
TOKEN_FILE = "eks-pod-identity-token"  # noqa: S105 - a file's name
TOKEN_AUDIENCE = "pods.eks.amazonaws.com"  # noqa: S105 - a name
TOKEN_LIFETIME_S = 24 * 3600


@dataclass(frozen=True, kw_only=True)
class PodCloud:
    """Variables to set where the container does not, and whether the pod gets an identity token."""

    env: Mapping[str, str] = field(default_factory=dict)
    has_token: bool = False


class CloudIdentity(Protocol):
    async def of_pod(self, pod: Pod) -> PodCloud: ...


class NoCloud:
    async def of_pod(self, pod: Pod) -> PodCloud:
        del pod
        return PodCloud()


@dataclass(frozen=True, kw_only=True)
class Association:
    """An EKS pod identity association."""

    cluster: str
    region: str
    id: str
    namespace: str
    service_account: str


def pod_cloud(
    association: Association | None, endpoint: str, region: str, credentials_url: str | None
) -> PodCloud:
    """As EKS's webhook does it; the endpoint stands in for AWS's own names."""
    env = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": association.region if association else region,
    }
    if association is None or credentials_url is None:
        return PodCloud(env=env)
    env["AWS_DEFAULT_REGION"] = association.region
    env["AWS_STS_REGIONAL_ENDPOINTS"] = "regional"
    env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = credentials_url
    env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = f"{TOKEN_FOLDER}/{TOKEN_FILE}"
    return PodCloud(env=env, has_token=True)
