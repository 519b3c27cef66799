"""kube-state-metrics: what the Kubernetes API knows of our objects, as series."""

import pulumi_kubernetes as k8s

from components.kubernetes.containers import Compute, Container, Mount, Probe
from components.kubernetes.images import image
from components.kubernetes.labels import metadata
from components.kubernetes.monitoring.args import MonitoringArgs
from components.kubernetes.monitoring.custom_series import CUSTOM_KINDS, custom_series_document
from components.kubernetes.names import API_GROUP, ImageName, Namespace, Priority, ServiceAccount
from components.kubernetes.rights import Right, grant
from components.kubernetes.volumes import config_map_volume
from components.kubernetes.workload import Children, Metrics, Workload
from components.kubernetes.workloads import create_deployment, create_service_account

APP = "kube-state-metrics"
PORT = 8080
TELEMETRY_PORT = 8081
NOBODY = 65534
CONFIG = Mount(volume="config", path="/etc/kube-state-metrics")
CONFIG_FILE = "custom-series.yaml"

WATCH = {"list": "reads all at its start", "watch": "keeps its series true"}

# API group and resource, one line for each kind that a rule or a dashboard uses.
KINDS = (
    ("", "pods"),
    ("", "persistentvolumeclaims"),
    ("apps", "deployments"),
    ("apps", "statefulsets"),
)

KUBE_STATE_METRICS_RIGHTS = (
    *(
        Right(
            feature="series",
            group=group,
            resource=resource,
            reasons=WATCH,
            namespaces=tuple(Namespace),
        )
        for group, resource in KINDS
    ),
    *(
        Right(
            feature="series of our kinds",
            group=API_GROUP,
            resource=kind.plural,
            reasons=WATCH,
            namespaces=(Namespace.CLICKHOUSE,),
        )
        for kind in CUSTOM_KINDS
    ),
    Right(
        feature="series of our kinds",
        group="apiextensions.k8s.io",
        resource="customresourcedefinitions",
        reasons={"list": "finds the versions of our kinds", "watch": "waits until they exist"},
    ),
)


def create_kube_state_metrics(children: Children, args: MonitoringArgs) -> None:
    document = custom_series_document()
    config_map = k8s.core.v1.ConfigMap(
        f"{children.prefix}-{APP}",
        metadata=metadata(args.deployment, APP, APP, namespace=Namespace.MONITORING),
        data={CONFIG_FILE: document},
        opts=children.options(),
    )
    workload = kube_state_metrics_workload(args, document)
    account = create_service_account(children, workload)
    bindings = grant(children, workload, KUBE_STATE_METRICS_RIGHTS)
    create_deployment(children, workload, account, config_map, *bindings)


def kube_state_metrics_workload(args: MonitoringArgs, document: str) -> Workload:
    container = Container(
        name=APP,
        image=image(args.deployment, ImageName.KUBE_STATE_METRICS),
        args=(
            "--host=$(POD_IP)",
            f"--port={PORT}",
            "--telemetry-host=$(POD_IP)",
            f"--telemetry-port={TELEMETRY_PORT}",
            f"--namespaces={','.join(Namespace)}",
            f"--resources={','.join(resource for _, resource in KINDS)}",
            f"--custom-resource-state-config-file={CONFIG.path}/{CONFIG_FILE}",
        ),
        compute=Compute(cpu="50m", cpu_limit="500m", memory="256Mi"),
        ports={"http": PORT, "telemetry": TELEMETRY_PORT},
        mounts=(CONFIG,),
        readiness=Probe(path="/readyz", port="telemetry"),
        liveness=Probe(path="/livez", port="http", period_seconds=20),
    )
    return Workload(
        deployment=args.deployment,
        namespace=Namespace.MONITORING,
        name=APP,
        component=APP,
        service_account=ServiceAccount.KUBE_STATE_METRICS,
        uid=NOBODY,
        priority=Priority.OBSERVABILITY,
        containers=(container,),
        volumes=(config_map_volume(CONFIG.volume, APP),),
        calls_api=True,
        metrics=Metrics(port=PORT),
        config=(document,),
        awaited=args.await_workloads,
    )
