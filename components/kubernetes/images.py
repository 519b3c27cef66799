"""The images that the deployment runs, each pinned in one place.

Those of ClickHouse are the defaults of warehouses, which may choose others.
"""

from dataclasses import dataclass, replace

from components.errors import ConfigError
from components.kubernetes.deployment import Deployment
from components.kubernetes.names import ImageName


@dataclass(frozen=True, kw_only=True)
class Pinned:
    repository: str
    tag: str
    digest: str | None = None
    """sha256:...; what the tag must be, where whoever installs has verified it."""

    @property
    def reference(self) -> str:
        tagged = f"{self.repository}:{self.tag}"
        return f"{tagged}@{self.digest}" if self.digest else tagged


IMAGES = {
    ImageName.CLICKHOUSE_SERVER: Pinned(repository="clickhouse/clickhouse-server", tag="26.9"),
    ImageName.CLICKHOUSE_KEEPER: Pinned(repository="clickhouse/clickhouse-keeper", tag="26.9"),
    ImageName.CONTROL: Pinned(repository="clickhouse-byoc/control", tag="0.1.0"),
    ImageName.PROMETHEUS: Pinned(repository="quay.io/prometheus/prometheus", tag="v3.14.0"),
    ImageName.ALERTMANAGER: Pinned(repository="quay.io/prometheus/alertmanager", tag="v0.34.2"),
    ImageName.THANOS: Pinned(repository="quay.io/thanos/thanos", tag="v0.42.0"),
    ImageName.GRAFANA: Pinned(repository="grafana/grafana", tag="12.2.0"),
    ImageName.KUBE_STATE_METRICS: Pinned(
        repository="registry.k8s.io/kube-state-metrics/kube-state-metrics", tag="v2.17.0"
    ),
    ImageName.TRAEFIK: Pinned(repository="traefik", tag="v3.7.13"),
    ImageName.TAILSCALE: Pinned(repository="ghcr.io/tailscale/tailscale", tag="v1.100.0"),
    ImageName.CLUSTER_AUTOSCALER: Pinned(
        repository="registry.k8s.io/autoscaling/cluster-autoscaler", tag="v1.34.5"
    ),
}

AUTOSCALER_RELEASES = {"1.33": "v1.33.6", "1.34": "v1.34.5", "1.35": "v1.35.2"}
"""It has the scheduler of one Kubernetes version inside, and is released for that version."""


def image(deployment: Deployment, name: ImageName, *, tag: str | None = None) -> str:
    """The reference that a pod of this deployment uses; `tag` where it depends on the cluster."""
    if name not in deployment.images:
        pinned = IMAGES[name]
        return (replace(pinned, tag=tag, digest=None) if tag else pinned).reference
    reference = deployment.images[name]
    if not is_pinned(reference):
        raise ConfigError(f"images.{name}", f"{reference!r} is not pinned; add a tag or a digest")
    return reference


def is_pinned(reference: str) -> bool:
    path, _, digest = reference.partition("@")
    if digest:
        return digest.startswith("sha256:")
    tag = path.rpartition("/")[2].partition(":")[2]
    return tag not in ("", "latest")
