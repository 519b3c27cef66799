"""`python -m control.telemetry.usage_scraper`: adds up what services hold, for the bill."""

import json
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from prometheus_client import CollectorRegistry, Counter, Gauge

from control.telemetry.hourly_usage import (
    Allocation,
    HourlyUsage,
    ServiceName,
    allocations,
    hour_of,
    usage_document,
    usage_from,
)
from control.telemetry.program import Cluster, Loop, TelemetryError, aws_client, run_program

SAMPLE, WRITE = timedelta(seconds=60), timedelta(minutes=5)
LONGEST_SAMPLE = 2 * SAMPLE
"""A longer pause between samples is a gap: nobody knows what was held meanwhile."""
log = structlog.get_logger("usage_scraper")


class Store(Protocol):
    def read(self, key: str) -> str | None: ...

    def write(self, key: str, text: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class BucketStore:
    bucket: str
    prefix: str
    region: str
    role_arn: str | None = None

    def read(self, key: str) -> str | None:
        try:
            found = self.client().get_object(Bucket=self.bucket, Key=self.prefix + key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise self.refused(error) from error
        except BotoCoreError as error:
            raise self.refused(error) from error
        text: str = found["Body"].read().decode()
        return text

    def write(self, key: str, text: str) -> None:
        try:
            self.client().put_object(
                Bucket=self.bucket,
                Key=self.prefix + key,
                Body=text.encode(),
                ContentType="application/json",
            )
        except (BotoCoreError, ClientError) as error:
            raise self.refused(error) from error

    def client(self) -> Any:
        return aws_client("s3", self.region, self.role_arn)

    def refused(self, error: Exception) -> TelemetryError:
        return TelemetryError(f"bucket {self.bucket} did not take or give usage: {error}")


class UsageMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ["warehouse", "service"]
        self.cpus = Gauge(
            "byoc_service_allocated_cpus", "CPUs held now.", labels, registry=registry
        )
        self.memory = Gauge(
            "byoc_service_allocated_memory_bytes", "Memory held now.", labels, registry=registry
        )
        self.written = Counter(
            "byoc_usage_objects_written_total", "Objects written.", registry=registry
        )

    def show(self, now_held: dict[ServiceName, Allocation]) -> None:
        self.cpus.clear()
        self.memory.clear()
        for names, allocation in now_held.items():
            self.cpus.labels(*names).set(allocation.cpu_millicores / 1000)
            self.memory.labels(*names).set(allocation.memory_bytes)


@dataclass
class UsageScraper:
    """The bucket is its memory: after a restart it goes on with the hour's object."""

    cluster: Cluster
    metrics: UsageMetrics
    store: Store | None
    hour: HourlyUsage | None = None
    sampled_at: datetime | None = None
    written_at: datetime | None = None
    facts: dict[str, str] = field(default_factory=dict)

    def one_pass(self, now: datetime) -> None:
        self.facts = self.cluster.facts()
        held = allocations(self.cluster.pods())
        self.metrics.show(held)
        hour = self.hour or self.resumed(hour_of(now))
        last, self.sampled_at = self.sampled_at, now
        for begin, end in pieces(last, now):
            if hour_of(begin) != hour.hour:
                self.write(hour, now)
                hour = HourlyUsage(hour=hour_of(begin))
            hour = hour.plus(held, end - begin)
        self.hour = hour
        if self.written_at is None or now - self.written_at >= WRITE:
            self.write(hour, now)

    def resumed(self, hour: datetime) -> HourlyUsage:
        text = self.store.read(self.key(hour)) if self.store else None
        return usage_from(json.loads(text)) if text else HourlyUsage(hour=hour)

    def write(self, usage: HourlyUsage, now: datetime) -> None:
        if self.store is None:
            return
        text = json.dumps(usage_document(usage, self.facts), separators=(",", ":"))
        self.store.write(self.key(usage.hour), text)
        self.written_at = now
        self.metrics.written.inc()

    def key(self, hour: datetime) -> str:
        names = f"{self.facts.get('deployment', 'deployment')}/{self.facts.get('region', '')}"
        return f"{names}/{hour:%Y/%m/%d/%H}.json"


def pieces(last: datetime | None, now: datetime) -> list[tuple[datetime, datetime]]:
    """The time since the last sample, cut at the full hour; nothing after a gap."""
    if last is None or now - last > LONGEST_SAMPLE or now <= last:
        return []
    turn = hour_of(now)
    return [(last, turn), (turn, now)] if last < turn < now else [(last, now)]


def build(cluster: Cluster, registry: CollectorRegistry) -> Loop:
    bucket = os.environ.get("USAGE_BUCKET")
    store = None
    if bucket:
        store = BucketStore(
            bucket=bucket,
            prefix=os.environ.get("USAGE_PREFIX", "usage/"),
            region=os.environ.get("AWS_REGION") or cluster.facts().get("region", ""),
            role_arn=os.environ.get("USAGE_ROLE_ARN"),
        )
    log.info("usage scraper", bucket=bucket or "none: metrics only")
    scraper = UsageScraper(cluster=cluster, metrics=UsageMetrics(registry), store=store)
    return Loop(one_pass=scraper.one_pass, interval=SAMPLE, registry=registry)


if __name__ == "__main__":
    run_program(build)
