"""`python -m control.controller`: run the controller until it is told to stop."""

import argparse
import asyncio
import functools
import os
import secrets
import signal
from datetime import UTC, datetime

import boto3
from lightkube import Client, KubeConfig
from prometheus_client import CollectorRegistry

from control.controller.autoscaler.autoscaler import Autoscaler
from control.controller.autoscaler.instruments import Instruments
from control.controller.autoscaler.loop import keep_ticking
from control.controller.autoscaler.measured import Measured
from control.controller.autoscaler.prometheus import Prometheus
from control.controller.backup_metrics import BackupMetrics
from control.controller.backup_world import BackupTools
from control.controller.cached_kube import CachedKube, scopes
from control.controller.databases import SqlDatabases
from control.controller.journal import Journal, Metrics
from control.controller.kms_keys import KmsKeys, kms_client
from control.controller.kube_backups import KubeBackups
from control.controller.kube_client import KubeClient
from control.controller.logs import configure_logs
from control.controller.multi_sts import MultiSts
from control.controller.operator import Operator
from control.controller.paced_databases import PacedDatabases
from control.controller.reconcile_service import World
from control.controller.running import running
from control.controller.s3_store import S3Store, s3_client
from control.controller.side_by_side import SideBySide
from control.controller.sql_backups import SqlBackups
from control.controller.sql_client import HttpSql
from control.controller.watch_metrics import WatchMetrics
from control.scaling.vertical import Mode
from control.telemetry.health_server import serve
from control.warehouses.names import NAMESPACE

RID_LETTERS = "bcdfghjklmnpqrstvwxz0123456789"
RID_LENGTH = 6


def main() -> None:
    asked = arguments()
    configure_logs(level=asked.log_level)
    registry = CollectorRegistry()
    kube = CachedKube(
        Client(config=KubeConfig.from_env(), http2=False), scopes(asked.namespace), now
    )
    operator = Operator(build_world(kube, registry))
    autoscaler = build_autoscaler(kube, registry, asked)
    ports = (asked.health_port, asked.metrics_port)
    registry.register(WatchMetrics(kube))
    serve(asked.address, ports, registry, lambda: problem(operator, kube))
    asyncio.run(run_until_told(operator, kube, autoscaler))


def problem(operator: Operator, kube: CachedKube) -> str | None:
    """What only a new process mends; an API server that is away is not that."""
    if not kube.alive:
        return "nothing is heard of the cluster"
    return None if operator.alive else "no pass is made"


async def run_until_told(operator: Operator, kube: CachedKube, autoscaler: Autoscaler) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with running(operator, kube):
        ticking = asyncio.create_task(keep_ticking(autoscaler))
        try:
            await told.wait()
        finally:
            ticking.cancel()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m control.controller")
    parser.add_argument("--namespace", default=NAMESPACE)
    parser.add_argument("--address", default=os.environ.get("POD_IP", "127.0.0.1"))
    parser.add_argument("--health-port", type=int, default=8080)
    parser.add_argument("--metrics-port", type=int, default=9100)
    parser.add_argument("--prometheus-url", default=os.environ.get("PROMETHEUS_URL", ""))
    parser.add_argument(
        "--autoscaling",
        type=Mode,
        default=Mode(os.environ.get("AUTOSCALING", Mode.APPLY)),
        help="the most that services may ask for: off, recommend or apply",
    )
    parser.add_argument("--log-level", default="INFO")
    return parser.parse_args()


def build_world(kube: CachedKube, registry: CollectorRegistry) -> World:
    cluster = MultiSts(kube, clock=now, s3_endpoint=s3_endpoint)
    sql = HttpSql()
    return World(
        cluster=cluster,
        databases=PacedDatabases(SqlDatabases(sql)),
        ask=SideBySide(),
        journal=Journal(cluster=cluster, metrics=Metrics(registry)),
        clock=now,
        new_id=new_rid,
        data_keys=KmsKeys(kms_client, now),
        backups=BackupTools(
            objects=KubeBackups(kube, clock=now),
            sql=SqlBackups(sql),
            store=S3Store(s3_client),
            metrics=BackupMetrics(registry),
        ),
    )


def build_autoscaler(
    kube: KubeClient, registry: CollectorRegistry, asked: argparse.Namespace
) -> Autoscaler:
    url = asked.prometheus_url
    return Autoscaler(
        kube=kube,
        namespace=asked.namespace,
        measured=Measured(Prometheus(url)) if url else None,
        instruments=Instruments(registry),
        clock=now,
        most=asked.autoscaling,
    )


def now() -> datetime:
    return datetime.now(UTC)


def new_rid() -> str:
    return "".join(secrets.choice(RID_LETTERS) for _ in range(RID_LENGTH))


@functools.cache
def s3_endpoint(region: str) -> str:
    """Where S3 is, by the cloud library's own resolution."""
    endpoint: str = boto3.client("s3", region_name=region).meta.endpoint_url
    return endpoint


if __name__ == "__main__":
    main()
