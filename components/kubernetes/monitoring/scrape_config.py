"""What Prometheus reads, and from whom."""

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

KUBELET_SERIES = "kubelet_volume_stats_(available|capacity)_bytes"
CONTAINER_SERIES = (
    "container_(cpu_usage_seconds_total|cpu_cfs_throttled_periods_total|cpu_cfs_periods_total"
    "|memory_rss|memory_working_set_bytes|oom_events_total|spec_memory_limit_bytes)"
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
            pods_job("pods", of=KUBE_STATE_METRICS, action="drop"),
            # Its series name other pods: their labels are kept, not its own.
            pods_job(KUBE_STATE_METRICS, of=KUBE_STATE_METRICS, action="keep")
            | {"honor_labels": True},
            kubelet_job("kubelet", path="/metrics", series=KUBELET_SERIES),
            kubelet_job("containers", path="/metrics/cadvisor", series=CONTAINER_SERIES),
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


def pods_job(name: str, *, of: str, action: str) -> dict[str, Any]:
    """Pods of our namespaces that say where their metrics are."""
    return {
        "job_name": name,
        "kubernetes_sd_configs": [discovery("pod", list(Namespace))],
        "relabel_configs": [
            METRICS_PORT,
            keep(f"{POD}_label_app_kubernetes_io_part_of", PART_OF),
            keep(f"{POD}_phase", "Running"),
            {
                "source_labels": [f"{POD}_label_app_kubernetes_io_name"],
                "regex": of,
                "action": action,
            },
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


def kubelet_job(name: str, *, path: str, series: str) -> dict[str, Any]:
    """Only the series that rules and dashboards use, and only about our own pods."""
    return {
        "job_name": name,
        "scheme": "https",
        "metrics_path": path,
        "authorization": {"credentials_file": f"{TOKEN_FOLDER}/token"},
        "tls_config": {"ca_file": f"{TOKEN_FOLDER}/ca.crt"},
        "kubernetes_sd_configs": [discovery("node", [])],
        "relabel_configs": [
            {"source_labels": ["__meta_kubernetes_node_name"], "target_label": "node"}
        ],
        "metric_relabel_configs": [
            keep("__name__", series),
            keep("namespace", "|".join(Namespace)),
        ],
    }


def discovery(role: str, namespaces: list[Namespace]) -> dict[str, Any]:
    names = [str(name) for name in namespaces]
    return {"role": role, **({"namespaces": {"names": names}} if names else {})}


def keep(source: str, regex: str) -> dict[str, Any]:
    return {"source_labels": [source], "regex": regex, "action": "keep"}
