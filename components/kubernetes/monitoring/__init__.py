from components.kubernetes.monitoring.args import (
    AlertmanagerArgs,
    GrafanaArgs,
    MonitoringArgs,
    PrometheusArgs,
    TelemetryArgs,
    ThanosArgs,
)
from components.kubernetes.monitoring.layer import Monitoring

__all__ = [
    "AlertmanagerArgs",
    "GrafanaArgs",
    "Monitoring",
    "MonitoringArgs",
    "PrometheusArgs",
    "TelemetryArgs",
    "ThanosArgs",
]
