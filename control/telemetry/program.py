"""What the two telemetry programs share: reading the cluster, a loop, health."""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import structlog
from lightkube import Client, KubeConfig
from prometheus_client import CollectorRegistry, Counter

from control.controller.cluster import ClusterError
from control.controller.kube_client import SERVICE, WAREHOUSE, KubeClient
from control.controller.logs import configure_logs
from control.telemetry.health_server import serve
from control.warehouses.names import NAMESPACE

HEALTH_PORT, METRICS_PORT = 8080, 9100
SYSTEM_NAMESPACE, FACTS = "byoc-system", "deployment"
Document = dict[str, Any]
log = structlog.get_logger("telemetry")


class TelemetryError(Exception):
    """Something could not be read or sent now, and is tried again."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """What both programs read: our objects, the pods, the deployment's facts."""

    kube: KubeClient
    namespace: str = NAMESPACE

    def facts(self) -> dict[str, str]:
        found = self.kube.find("ConfigMap", SYSTEM_NAMESPACE, FACTS)
        return dict((found or {}).get("data") or {})

    def warehouses(self) -> list[Document]:
        return self.kube.list(WAREHOUSE, self.namespace, {})

    def services(self) -> list[Document]:
        return self.kube.list(SERVICE, self.namespace, {})

    def pods(self) -> list[Document]:
        return self.kube.list("Pod", self.namespace, {})


@dataclass
class Loop:
    """Runs a pass at an interval until told to stop; a failed pass is counted and tried again."""

    one_pass: Callable[[datetime], None]
    interval: timedelta
    registry: CollectorRegistry
    stopping: threading.Event = field(default_factory=threading.Event)
    last_good: datetime | None = None

    def __post_init__(self) -> None:
        self.failures = Counter(
            "byoc_telemetry_failures_total", "Failed passes.", registry=self.registry
        )

    def problem(self, now: datetime | None = None) -> str | None:
        """Unhealthy only after several intervals without a good pass: one may well fail."""
        at = now or datetime.now(UTC)
        if self.last_good is None or at - self.last_good <= 10 * self.interval:
            return None
        return f"no pass has succeeded since {self.last_good.isoformat(timespec='seconds')}"

    def once(self, now: datetime) -> None:
        self.last_good = self.last_good or now
        try:
            self.one_pass(now)
        except (ClusterError, TelemetryError) as error:
            self.failures.inc()
            log.warning("pass failed", error=str(error))
        except Exception:
            self.failures.inc()
            log.exception("pass broke off")
        else:
            self.last_good = now

    def run(self) -> None:
        while not self.stopping.is_set():
            self.once(datetime.now(UTC))
            self.stopping.wait(self.interval.total_seconds())


def run_program(build: Callable[[Cluster, CollectorRegistry], Loop]) -> None:
    configure_logs(level=os.environ.get("LOG_LEVEL", "INFO"))
    registry = CollectorRegistry()
    cluster = Cluster(kube=KubeClient(Client(config=KubeConfig.from_env())))
    loop = build(cluster, registry)
    address = os.environ.get("POD_IP", "127.0.0.1")
    serve(address, (HEALTH_PORT, METRICS_PORT), registry, loop.problem)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stopping.set())
    loop.run()


def aws_client(service: str, region: str, role_arn: str | None = None) -> Any:
    """By the pod's identity, or through a role of the account that receives."""
    if not role_arn:
        return boto3.client(service, region_name=region)
    granted = boto3.client("sts", region_name=region).assume_role(
        RoleArn=role_arn, RoleSessionName="clickhouse-byoc-telemetry"
    )["Credentials"]
    return boto3.client(
        service,
        region_name=region,
        aws_access_key_id=granted["AccessKeyId"],
        aws_secret_access_key=granted["SecretAccessKey"],
        aws_session_token=granted["SessionToken"],
    )
