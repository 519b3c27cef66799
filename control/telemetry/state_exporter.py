"""`python -m control.telemetry.state_exporter`: tells the operator's queue where services stand."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from prometheus_client import CollectorRegistry, Counter, Gauge

from control.telemetry.deployment_state import deployment_state, stamped
from control.telemetry.program import Cluster, Loop, TelemetryError, aws_client, run_program

LOOK, REPEAT = timedelta(seconds=10), timedelta(minutes=5)
Send = Callable[[str], None]
log = structlog.get_logger("state_exporter")


class StateMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ["warehouse", "service"]
        self.wanted = Gauge(
            "byoc_service_replicas_wanted", "Wanted replicas.", labels, registry=registry
        )
        self.ready = Gauge(
            "byoc_service_replicas_ready", "Replicas that serve.", labels, registry=registry
        )
        self.phase = Gauge(
            "byoc_service_phase",
            "1 for the phase that a service is in.",
            [*labels, "phase"],
            registry=registry,
        )
        self.sent = Counter("byoc_state_sent_total", "States sent.", registry=registry)

    def show(self, state: Mapping[str, Any]) -> None:
        for gauge in (self.wanted, self.ready, self.phase):
            gauge.clear()
        for warehouse in state["warehouses"]:
            for service in warehouse["services"]:
                names = (warehouse["name"], service["name"])
                self.wanted.labels(*names).set(service["replicas"])
                self.ready.labels(*names).set(service["readyReplicas"])
                self.phase.labels(*names, service["phase"]).set(1)


@dataclass
class StateExporter:
    """Sends a state when it differs from the last one, and now and then as a sign of life."""

    cluster: Cluster
    metrics: StateMetrics
    send: Send | None
    last: Mapping[str, Any] | None = None
    last_sent_at: datetime | None = None

    def one_pass(self, now: datetime) -> None:
        state = deployment_state(
            self.cluster.facts(), self.cluster.warehouses(), self.cluster.services()
        )
        self.metrics.show(state)
        if self.send is None or not self.is_due(state, now):
            return
        self.send(json.dumps(stamped(state, now), separators=(",", ":")))
        self.last, self.last_sent_at = state, now
        self.metrics.sent.inc()

    def is_due(self, state: Mapping[str, Any], now: datetime) -> bool:
        if self.last != state or self.last_sent_at is None:
            return True
        return now - self.last_sent_at >= REPEAT


def queue_sender(queue_url: str, region: str, role_arn: str | None) -> Send:
    def send(message: str) -> None:
        try:
            client = aws_client("sqs", region, role_arn)
            client.send_message(QueueUrl=queue_url, MessageBody=message)
        except (BotoCoreError, ClientError) as error:
            raise TelemetryError(f"the state could not be sent to {queue_url}: {error}") from error

    return send


def build(cluster: Cluster, registry: CollectorRegistry) -> Loop:
    queue_url = os.environ.get("STATE_QUEUE_URL")
    send = None
    if queue_url:
        region = os.environ.get("AWS_REGION") or cluster.facts().get("region", "")
        send = queue_sender(queue_url, region, os.environ.get("STATE_ROLE_ARN"))
    log.info("state exporter", queue=queue_url or "none: metrics only")
    exporter = StateExporter(cluster=cluster, metrics=StateMetrics(registry), send=send)
    return Loop(one_pass=exporter.one_pass, interval=LOOK, registry=registry)


if __name__ == "__main__":
    run_program(build)
