"""What Prometheus reads, and from whom."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import yaml

from components.kubernetes.deployment import Deployment
from components.kubernetes.monitoring.rules import duration
from components.kubernetes.names import PART_OF, Namespace

SCRAPE_INTERVAL = timedelta(seconds=15)
RULES_FILE = "rules.yaml"
TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 - a path
KUBE_STATE_METRICS = "kube-state-metrics"
POD = "__meta_kubernetes_pod"

# Our own pods say by annotations where their metrics are; ClickHouse's by the name of a port.
METRICS_PORT = {
    "source_labels": [f"{POD}_annotation_prometheus_io_scrape", f"{POD}_container_port_name"],
    "regex": "true;.*|;metrics",
    "action": "keep",
}

Choose = Callable[[str, str], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class KubeletPage:
    """What is taken from one of the kubelet's pages, where others would be much longer."""

    job: str
    path: str
    series: str


KUBELET_PAGES = (
    KubeletPage(
        job="volumes", path="/metrics", series="kubelet_volume_stats_(available|capacity)_bytes"
    ),
    KubeletPage(
        job="resources",
        path="/metrics/resource",
        series="container_(cpu_usage_seconds_total|memory_working_set_bytes)",
    ),
    KubeletPage(
        job="containers",
        path="/metrics/cadvisor",
        series="container_(memory_rss|oom_events_total|spec_memory_limit_bytes"
        "|cpu_cfs_throttled_periods_total|cpu_cfs_periods_total)",
    ),
)


@dataclass(frozen=True, kw_only=True)
class PodLabel:
    """A label of every series of a pod, and where it comes from."""

    name: str
    source: str


POD_LABELS = (
    PodLabel(name="namespace", source="__meta_kubernetes_namespace"),
    PodLabel(name="pod", source=f"{POD}_name"),
    PodLabel(name="node", source=f"{POD}_node_name"),
    PodLabel(name="app", source=f"{POD}_label_app_kubernetes_io_name"),
    PodLabel(name="warehouse", source=f"{POD}_label_byoc_clickhouse_dev_warehouse"),
    PodLabel(name="service", source=f"{POD}_label_byoc_clickhouse_dev_service"),
    PodLabel(name="replica", source=f"{POD}_label_byoc_clickhouse_dev_replica"),
)


def prometheus_document(deployment: Deployment) -> str:
    """The configuration, in words that Prometheus 2.42 and 3 both know."""
    document = {
        "global": {
            "scrape_interval": duration(SCRAPE_INTERVAL),
            "scrape_timeout": "10s",
            "evaluation_interval": duration(SCRAPE_INTERVAL),
            "external_labels": {
                "deployment": deployment.name,
                "region": deployment.region,
                "prometheus_replica": "${POD_NAME}",
            },
        },
        "rule_files": [RULES_FILE],
        "alerting": alerting(),
        "scrape_configs": [
            pods_job("pods", drop, KUBE_STATE_METRICS),
            # Its series name other pods: their labels are kept, not its own.
            pods_job(KUBE_STATE_METRICS, keep, KUBE_STATE_METRICS) | {"honor_labels": True},
            *(kubelet_job(page) for page in KUBELET_PAGES),
        ],
    }
    return yaml.safe_dump(document, sort_keys=False, width=1000)


def alerting() -> dict[str, Any]:
    """Every Alertmanager pod gets every alert; peers of Prometheus send the same ones."""
    return {
        "alert_relabel_configs": [{"action": "labeldrop", "regex": "prometheus_replica"}],
        "alertmanagers": [
            {
                "kubernetes_sd_configs": [discovery("pod", [Namespace.MONITORING])],
                "relabel_configs": [
                    keep(f"{POD}_label_app_kubernetes_io_name", "alertmanager"),
                    keep(f"{POD}_container_port_name", "http"),
                ],
            }
        ],
    }


def pods_job(name: str, chosen: Choose, of: str) -> dict[str, Any]:
    """Pods of our namespaces that say where their metrics are."""
    return {
        "job_name": name,
        "kubernetes_sd_configs": [discovery("pod", list(Namespace))],
        "relabel_configs": [
            METRICS_PORT,
            keep(f"{POD}_label_app_kubernetes_io_part_of", PART_OF),
            # One that cannot start is down, which is worth knowing; one that has ended is not.
            drop(f"{POD}_phase", "Succeeded|Failed"),
            chosen(f"{POD}_label_app_kubernetes_io_name", of),
            {
                "source_labels": [f"{POD}_annotation_prometheus_io_path"],
                "regex": "(.+)",
                "target_label": "__metrics_path__",
            },
            {
                "source_labels": [f"{POD}_ip", f"{POD}_annotation_prometheus_io_port"],
                "regex": "(.+);(.+)",
                "replacement": "$1:$2",
                "target_label": "__address__",
            },
            *(
                {"source_labels": [label.source], "target_label": label.name}
                for label in POD_LABELS
            ),
        ],
    }


def kubelet_job(page: KubeletPage) -> dict[str, Any]:
    """Only the series that rules and dashboards use, and only about our own pods."""
    return {
        "job_name": page.job,
        "scheme": "https",
        "metrics_path": page.path,
        "authorization": {"credentials_file": f"{TOKEN_FOLDER}/token"},
        "tls_config": {"ca_file": f"{TOKEN_FOLDER}/ca.crt"},
        "kubernetes_sd_configs": [discovery("node", [])],
        "relabel_configs": [
            {"source_labels": ["__meta_kubernetes_node_name"], "target_label": "node"}
        ],
        "metric_relabel_configs": [
            keep("__name__", page.series),
            keep("namespace", "|".join(Namespace)),
        ],
    }


def discovery(role: str, namespaces: list[Namespace]) -> dict[str, Any]:
    names = [str(name) for name in namespaces]
    return {"role": role, **({"namespaces": {"names": names}} if names else {})}


def keep(source: str, regex: str) -> dict[str, Any]:
    return {"source_labels": [source], "regex": regex, "action": "keep"}


def drop(source: str, regex: str) -> dict[str, Any]:
    return {"source_labels": [source], "regex": regex, "action": "drop"}
