"""Names that several layers and the programs inside the cluster agree on."""

from enum import StrEnum

API_GROUP = "byoc.clickhouse.dev"
PART_OF = "clickhouse-byoc"

POOL_LABEL = f"{API_GROUP}/pool"
CONFIG_HASH_ANNOTATION = f"{API_GROUP}/config-hash"

STORAGE_CLASS = "gp3"
DEPLOYMENT_CONFIG_MAP = "deployment"
ALLOWLISTS_CONFIG_MAP = "ingress-allowlists"
"""Whom each service lets in through the ingress: written by the controller, read by the ingress."""
DEFAULT_TLS_SECRET = "ingress-tls"  # noqa: S105 - the name of a Secret, not its content


class Namespace(StrEnum):
    SYSTEM = "byoc-system"
    MONITORING = "byoc-monitoring"
    TAILSCALE = "byoc-tailscale"
    INGRESS = "byoc-ingress"
    CLICKHOUSE = "clickhouse"


class Feature(StrEnum):
    """Parts that may be left out; connections to them are then not allowed either."""

    INGRESS = "ingress"
    MONITORING = "monitoring"
    THANOS = "thanos"
    TAILSCALE = "tailscale"
    CLUSTER_AUTOSCALER = "cluster-autoscaler"


class Pool(StrEnum):
    SYSTEM = "system"
    WORKLOAD = "workload"


class Priority(StrEnum):
    """Priority classes, in the order in which pods are given up when nodes run short."""

    OBSERVABILITY = "byoc-observability"
    CONTROL = "byoc-control"
    DATA = "byoc-data"


class ServiceAccount(StrEnum):
    CLICKHOUSE_SERVER = "clickhouse-server"
    CLICKHOUSE_KEEPER = "clickhouse-keeper"
    CONTROLLER = "controller"
    ACTIVATOR = "activator"
    STATE_EXPORTER = "state-exporter"
    USAGE_SCRAPER = "usage-scraper"
    PROMETHEUS = "prometheus"
    ALERTMANAGER = "alertmanager"
    GRAFANA = "grafana"
    KUBE_STATE_METRICS = "kube-state-metrics"
    INGRESS = "ingress"
    TAILSCALE = "tailscale"
    CLUSTER_AUTOSCALER = "cluster-autoscaler"


class ImageName(StrEnum):
    CLICKHOUSE_SERVER = "clickhouse-server"
    CLICKHOUSE_KEEPER = "clickhouse-keeper"
    CONTROL = "control"
    PROMETHEUS = "prometheus"
    ALERTMANAGER = "alertmanager"
    THANOS = "thanos"
    GRAFANA = "grafana"
    KUBE_STATE_METRICS = "kube-state-metrics"
    TRAEFIK = "traefik"
    TAILSCALE = "tailscale"
    CLUSTER_AUTOSCALER = "cluster-autoscaler"


class Autoscaling(StrEnum):
    """The most that services of the installation may ask for."""

    OFF = "off"
    RECOMMEND = "recommend"
    APPLY = "apply"
