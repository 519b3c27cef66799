"""Prometheus: reads every pod of the deployment, evaluates the rules, keeps samples for a while."""

from datetime import timedelta

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.containers import Compute, Container, Mount, Probe
from components.kubernetes.images import image
from components.kubernetes.labels import metadata
from components.kubernetes.monitoring.alerts import ALERTS
from components.kubernetes.monitoring.args import MonitoringArgs, PrometheusArgs
from components.kubernetes.monitoring.recordings import RECORDINGS, STEP
from components.kubernetes.monitoring.rules import duration, rules_document
from components.kubernetes.monitoring.scrape_config import prometheus_document
from components.kubernetes.monitoring.thanos import (
    CONFIG_FILE,
    GRPC_PORT,
    object_storage_document,
    thanos_container,
)
from components.kubernetes.names import ImageName, Namespace, Priority, ServiceAccount
from components.kubernetes.rights import Right, grant
from components.kubernetes.services import create_service
from components.kubernetes.volumes import config_map_volume, scratch_volume, volume_claim
from components.kubernetes.workload import Children, Metrics, Workload
from components.kubernetes.workloads import create_service_account, create_stateful_set

APP = "prometheus"
PORT = 9090
NOBODY = 65534
URL = f"http://{APP}.{Namespace.MONITORING}.svc:{PORT}"

CONFIG = Mount(volume="config", path="/etc/prometheus")
DATA = Mount(volume="data", path="/prometheus", read_only=False)
SCRATCH = Mount(volume="tmp", path="/tmp", read_only=False)  # noqa: S108 - a path in the pod

PROMETHEUS_RIGHTS = (
    Right(
        feature="discovery",
        group="",
        resource="pods",
        reasons={
            "get": "reads a pod that changed",
            "list": "finds the pods to read metrics from",
            "watch": "hears of new and gone pods at once",
        },
        namespaces=tuple(Namespace),
    ),
    Right(
        feature="discovery",
        group="",
        resource="nodes",
        reasons={
            "get": "reads a node that changed",
            "list": "finds the kubelets to read metrics from",
            "watch": "hears of new and gone nodes at once",
        },
    ),
    Right(
        feature="container metrics",
        group="",
        resource="nodes/metrics",
        reasons={"get": "CPU and memory of containers, fill of volumes, from the kubelet"},
    ),
)


def create_prometheus(children: Children, args: MonitoringArgs) -> None:
    documents = configuration(args)
    config_map = k8s.core.v1.ConfigMap(
        f"{children.prefix}-{APP}",
        metadata=metadata(args.deployment, APP, APP, namespace=Namespace.MONITORING),
        data=documents,
        opts=children.options(),
    )
    workload = prometheus_workload(args, tuple(documents.values()))
    account = create_service_account(children, workload)
    bindings = grant(children, workload, PROMETHEUS_RIGHTS)
    # Also while the pod is not ready: without a running Thanos it never is, and its figures are
    # wanted most when something is wrong.
    ports = {"http": PORT} | ({"thanos-grpc": GRPC_PORT} if args.thanos is not None else {})
    service = create_service(children, workload, ports, publish_not_ready=True)
    claim = volume_claim(
        DATA.volume, storage_class=args.storage_class, size_gib=args.prometheus.volume_gib
    )
    create_stateful_set(
        children,
        workload,
        account,
        config_map,
        service,
        *bindings,
        service_name=APP,
        claims=(claim,),
    )


def configuration(args: MonitoringArgs) -> dict[str, pulumi.Input[str]]:
    documents: dict[str, pulumi.Input[str]] = {
        "prometheus.yaml": prometheus_document(args.deployment),
        "rules.yaml": rules_document(RECORDINGS, ALERTS, step=STEP),
    }
    if args.thanos is not None:
        region, endpoint_url = args.deployment.region, args.thanos.endpoint_url
        documents[CONFIG_FILE] = pulumi.Output.from_input(args.thanos.bucket).apply(
            lambda bucket: object_storage_document(bucket, region, endpoint_url)
        )
    return documents


def prometheus_workload(args: MonitoringArgs, config: tuple[pulumi.Input[str], ...]) -> Workload:
    sidecar = (
        (thanos_container(args.deployment, config=CONFIG, data=DATA),)
        if args.thanos is not None
        else ()
    )
    return Workload(
        deployment=args.deployment,
        namespace=Namespace.MONITORING,
        name=APP,
        component=APP,
        service_account=ServiceAccount.PROMETHEUS,
        uid=NOBODY,
        priority=Priority.OBSERVABILITY,
        containers=(prometheus_container(args), *sidecar),
        volumes=(config_map_volume(CONFIG.volume, APP), scratch_volume("tmp", size_mib=64)),
        replicas=args.prometheus.replicas,
        calls_api=True,
        metrics=Metrics(port=PORT),
        config=config,
        grace=timedelta(minutes=5),
        awaited=args.await_workloads,
    )


def prometheus_container(args: MonitoringArgs) -> Container:
    settings = args.prometheus
    return Container(
        name=APP,
        image=image(args.deployment, ImageName.PROMETHEUS),
        args=(*server_flags(settings), *(BLOCK_FLAGS if args.thanos is not None else ())),
        compute=Compute(cpu=settings.cpu, cpu_limit=settings.cpu_limit, memory=settings.memory),
        ports={"http": PORT},
        mounts=(CONFIG, DATA, SCRATCH),
        startup=Probe(path="/-/ready", port="http", period_seconds=5, failure_threshold=120),
        readiness=Probe(path="/-/ready", port="http", period_seconds=5),
        liveness=Probe(path="/-/healthy", port="http", period_seconds=20),
    )


def server_flags(settings: PrometheusArgs) -> tuple[str, ...]:
    """Flags that Prometheus 2.42 and 3 both know."""
    return (
        f"--config.file={CONFIG.path}/prometheus.yaml",
        f"--storage.tsdb.path={DATA.path}",
        f"--storage.tsdb.retention.time={duration(settings.retention)}",
        # The log of the newest samples and a compaction need room beside the blocks.
        f"--storage.tsdb.retention.size={settings.volume_gib * 8 // 10}GB",
        f"--web.listen-address=$(POD_IP):{PORT}",
        "--enable-feature=expand-external-labels",
        "--log.format=json",
    )


# Thanos uploads blocks as they are; Prometheus must not merge them meanwhile.
BLOCK_FLAGS = ("--storage.tsdb.min-block-duration=2h", "--storage.tsdb.max-block-duration=2h")
