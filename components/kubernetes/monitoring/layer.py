"""The monitoring layer: metrics, alerts, dashboards, and what leaves the deployment."""

import pulumi

from components.kubernetes.flows import declared_flows
from components.kubernetes.monitoring.alertmanager import create_alertmanager
from components.kubernetes.monitoring.args import MonitoringArgs
from components.kubernetes.monitoring.grafana import create_grafana
from components.kubernetes.monitoring.kube_state_metrics import create_kube_state_metrics
from components.kubernetes.monitoring.prometheus import URL, create_prometheus
from components.kubernetes.monitoring.telemetry import create_exporters
from components.kubernetes.names import Feature, Namespace
from components.kubernetes.network_policies import Surroundings, create_flow_policies
from components.kubernetes.workload import Children


class Monitoring(pulumi.ComponentResource):
    """Prometheus with Thanos, Alertmanager, Grafana, kube-state-metrics and our exporters."""

    prometheus_url: str
    """Address inside the cluster."""

    def __init__(
        self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:kubernetes:Monitoring", name, None, opts)
        children = Children(prefix=name, parent=self, after=args.after)
        create_flow_policies(
            children,
            args.deployment,
            declared_flows(args.deployment.features | features(args)),
            Surroundings(addresses=args.deployment.addresses),
            (Namespace.MONITORING,),
        )
        create_prometheus(children, args)
        create_alertmanager(children, args)
        create_kube_state_metrics(children, args)
        create_exporters(children, args)
        if args.grafana is not None:
            create_grafana(children, args, args.grafana)
        self.prometheus_url = URL
        self.register_outputs({"prometheus_url": self.prometheus_url})


def features(args: MonitoringArgs) -> set[Feature]:
    thanos = {Feature.THANOS} if args.thanos is not None else set()
    return {Feature.MONITORING} | thanos
