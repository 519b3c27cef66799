"""The monitoring layer: metrics, alerts, dashboards, and what leaves the deployment."""

import pulumi

from components.kubernetes.monitoring.args import MonitoringArgs


class Monitoring(pulumi.ComponentResource):
    """Prometheus with Thanos, Alertmanager, Grafana, kube-state-metrics and our exporters."""

    prometheus_url: pulumi.Output[str]
    """Address inside the cluster."""

    def __init__(
        self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:kubernetes:Monitoring", name, None, opts)
        self.prometheus_url = pulumi.Output.from_input("")
        self.register_outputs({})
