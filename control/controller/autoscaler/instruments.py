"""What the controller's own metrics tell of automatic sizing."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from control.controller.autoscaler.ruling import Ruling
from control.controller.autoscaler.subject import Subject


class Instruments:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.decisions = Counter(
            "byoc_autoscaler_decisions_total",
            "Decisions about the size of services, by reason.",
            ["reason"],
            registry=registry,
        )
        self.changes = Counter(
            "byoc_autoscaler_changes_total",
            "Changes of wanted size, by who asked for it and reason.",
            ["by", "reason"],
            registry=registry,
        )
        self.recommended = Gauge(
            "byoc_autoscaler_recommended_units",
            "Size of a replica that automatic sizing holds right, in units of 1 CPU and 4 GiB.",
            ["service"],
            registry=registry,
        )
        self.metrics_away = Counter(
            "byoc_autoscaler_metrics_away_total",
            "Ticks in which Prometheus did not answer.",
            registry=registry,
        )
        self.failures = Counter(
            "byoc_autoscaler_failures_total",
            "Services about which nothing could be decided or written, by kind of failure.",
            ["kind"],
            registry=registry,
        )
        self.tick_seconds = Histogram(
            "byoc_autoscaler_tick_seconds", "Duration of one tick.", registry=registry
        )
        self.services = Gauge(
            "byoc_autoscaler_services", "Services looked at in the last tick.", registry=registry
        )
        self.last_tick = Gauge(
            "byoc_autoscaler_last_tick_timestamp_seconds",
            "When the last tick ended.",
            registry=registry,
        )

    def ruled(self, subject: Subject, ruling: Ruling) -> None:
        self.decisions.labels(ruling.reason).inc()
        self.recommended.labels(subject.service.name).set(ruling.units)

    def ticked(self, services: int, took_s: float, now: datetime) -> None:
        self.services.set(services)
        self.tick_seconds.observe(took_s)
        self.last_tick.set(now.timestamp())
