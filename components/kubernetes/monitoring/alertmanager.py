"""Alertmanager: groups alerts and hands them to the configured receiver."""

from datetime import timedelta
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import yaml

from components.kubernetes.containers import Compute, Container, Mount, Probe
from components.kubernetes.images import image
from components.kubernetes.labels import metadata, selector
from components.kubernetes.monitoring.args import MonitoringArgs
from components.kubernetes.monitoring.rules import Severity
from components.kubernetes.names import ImageName, Namespace, Priority, ServiceAccount
from components.kubernetes.services import create_service
from components.kubernetes.volumes import secret_volume, volume_claim
from components.kubernetes.workload import Children, Metrics, Workload
from components.kubernetes.workloads import create_service_account, create_stateful_set

APP = "alertmanager"
PEERS = f"{APP}-peers"
PORT = 9093
PEER_PORT = 9094
NOBODY = 65534

CONFIG = Mount(volume="config", path="/etc/alertmanager")
DATA = Mount(volume="data", path="/alertmanager", read_only=False)


def create_alertmanager(children: Children, args: MonitoringArgs) -> None:
    # The receiver's URL lets anyone write there: the whole document is a secret.
    document = pulumi.Output.secret(args.alertmanager.webhook_url).apply(alertmanager_document)
    secret = k8s.core.v1.Secret(
        f"{children.prefix}-{APP}",
        metadata=metadata(args.deployment, APP, APP, namespace=Namespace.MONITORING),
        string_data={"alertmanager.yaml": document},
        opts=children.options(),
    )
    workload = alertmanager_workload(args, document)
    account = create_service_account(children, workload)
    service = create_service(children, workload, {"http": PORT})
    peers = create_peers_service(children, args)
    claim = volume_claim(
        DATA.volume, storage_class=args.storage_class, size_gib=args.alertmanager.volume_gib
    )
    create_stateful_set(
        children, workload, account, secret, service, peers, service_name=PEERS, claims=(claim,)
    )


def alertmanager_document(webhook_url: str | None) -> str:
    """Without a receiver alerts are still grouped, silenced and shown."""
    receivers: list[dict[str, Any]] = [{"name": "nobody"}]
    if webhook_url:
        webhook = {"url": webhook_url, "send_resolved": True, "max_alerts": 100}
        receivers.append({"name": "webhook", "webhook_configs": [webhook]})
    route = {
        "receiver": receivers[-1]["name"],
        "group_by": ["alertname", "namespace", "warehouse", "service"],
        "group_wait": "30s",
        "group_interval": "5m",
        "repeat_interval": "4h",
        "routes": [{"matchers": ['alertname="Watchdog"'], "repeat_interval": "5m"}],
    }
    inhibit = {
        "source_matchers": [f'severity="{Severity.CRITICAL}"'],
        "target_matchers": [f'severity="{Severity.WARNING}"'],
        "equal": ["namespace", "warehouse", "service", "pod"],
    }
    return yaml.safe_dump(
        {"route": route, "receivers": receivers, "inhibit_rules": [inhibit]}, sort_keys=False
    )


def alertmanager_workload(args: MonitoringArgs, config: pulumi.Input[str]) -> Workload:
    container = Container(
        name=APP,
        image=image(args.deployment, ImageName.ALERTMANAGER),
        args=flags(args.alertmanager.replicas),
        compute=Compute(cpu="50m", cpu_limit="500m", memory="128Mi"),
        ports={"http": PORT, "peers": PEER_PORT},
        mounts=(CONFIG, DATA),
        readiness=Probe(path="/-/ready", port="http"),
        liveness=Probe(path="/-/healthy", port="http", period_seconds=20),
    )
    return Workload(
        deployment=args.deployment,
        namespace=Namespace.MONITORING,
        name=APP,
        component=APP,
        service_account=ServiceAccount.ALERTMANAGER,
        uid=NOBODY,
        priority=Priority.OBSERVABILITY,
        containers=(container,),
        volumes=(secret_volume(CONFIG.volume, APP),),
        replicas=args.alertmanager.replicas,
        metrics=Metrics(port=PORT),
        config=(config,),
        grace=timedelta(seconds=30),
        awaited=args.await_workloads,
    )


def flags(replicas: int) -> tuple[str, ...]:
    """Flags that Alertmanager 0.25 and later know; one alone listens to no peers."""
    names = [f"{APP}-{number}.{PEERS}.{Namespace.MONITORING}.svc" for number in range(replicas)]
    cluster = (
        (
            f"--cluster.listen-address=$(POD_IP):{PEER_PORT}",
            *(f"--cluster.peer={name}:{PEER_PORT}" for name in names),
        )
        if replicas > 1
        else ("--cluster.listen-address=",)
    )
    return (
        f"--config.file={CONFIG.path}/alertmanager.yaml",
        f"--storage.path={DATA.path}",
        f"--web.listen-address=$(POD_IP):{PORT}",
        *cluster,
        "--log.format=json",
    )


def create_peers_service(children: Children, args: MonitoringArgs) -> pulumi.Resource:
    """Names for each pod, also before it is ready: peers meet while they start."""
    peers: pulumi.Resource = k8s.core.v1.Service(
        f"{children.prefix}-{PEERS}",
        metadata=metadata(
            args.deployment,
            PEERS,
            APP,
            namespace=Namespace.MONITORING,
            awaited=args.await_workloads,
        ),
        spec={
            "cluster_ip": "None",
            "selector": selector(APP),
            "publish_not_ready_addresses": True,
            "ports": [
                {"name": "peers", "port": PEER_PORT, "target_port": "peers", "protocol": "TCP"}
            ],
        },
        opts=children.options(),
    )
    return peers
