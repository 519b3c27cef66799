"""One tick of automatic sizing: look at every service, decide, write what changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from control.controller.autoscaler.crashes import crashes_by_service
from control.controller.autoscaler.instruments import Instruments
from control.controller.autoscaler.measured import Measured, Windows
from control.controller.autoscaler.prometheus import MetricsError
from control.controller.autoscaler.ruling import SCHEDULE_BEGAN, Crashed, Ruling, Seen, rule_on
from control.controller.autoscaler.subject import Subject, subject_from
from control.controller.autoscaler.telling import (
    hourly_status,
    is_news,
    recommendation_status,
    sentence,
)
from control.controller.cluster import ClusterError, Key
from control.controller.events import event_document
from control.controller.kube_client import SERVICE, KubeClient, KubeConflictError
from control.scaling import horizontal, vertical
from control.scaling.steering import By, Change
from control.scaling.vertical import Mode
from control.warehouses.model import UNIT_GIB
from control.warehouses.scaling_memory import SCALED, memory_status, scaled_mark
from control.warehouses.status import changed

log = structlog.get_logger("autoscaler")

EVENTS: Mapping[By, str] = {
    By.BOUNDS: "SizeInBounds",
    By.SCHEDULE: "SizeBySchedule",
    By.METRICS: "SizeByMetrics",
    By.PERSON: "SizeByHand",
}
BY_SIZE = (vertical.LONG_WINDOW, vertical.SHORT_WINDOW)
BY_COUNT = (horizontal.CALM_WINDOW, horizontal.CADENCE)
ATTEMPTS = 5
"""Decisions about a service that others write to at the same moment, until the next tick."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """The windows of all services in this tick; None while Prometheus is away."""

    windows: Mapping[Any, Windows] | None

    def of(self, subject: Subject) -> Seen:
        if self.windows is None or not subject.needs_metrics:
            return Seen()
        if subject.wishes.horizontal is not None:
            calm, recent = (self.windows[length].of(subject.key) for length in BY_COUNT)
            return Seen(calm=calm, recent=recent)
        long, short = (self.windows[length].of(subject.key) for length in BY_SIZE)
        return Seen(long=long, short=short)


@dataclass(frozen=True, kw_only=True)
class Autoscaler:
    kube: KubeClient
    namespace: str
    measured: Measured | None
    """None where the deployment has no Prometheus: then bounds and schedules act alone."""
    instruments: Instruments
    clock: Callable[[], datetime]
    most: Mode = Mode.APPLY
    """What the installation allows."""

    def tick(self) -> None:
        started_s = time.perf_counter()
        now = self.clock()
        documents = self.kube.list(SERVICE, self.namespace, {})
        subjects = [subject_from(document, self.most) for document in documents]
        known = self.read(subjects, now)
        concerned = [subject for subject in subjects if subject.concerns_us]
        crashed = crashes_by_service(self.kube, self.namespace) if concerned else {}
        for subject in concerned:
            self.one(subject, known, crashed.get(subject.service.name), now)
        for subject in subjects:
            if not subject.concerns_us and subject.reported.status.get("recommendation"):
                self.forget(subject)
        self.instruments.ticked(len(concerned), time.perf_counter() - started_s, now)

    def read(self, subjects: list[Subject], now: datetime) -> Known:
        """Prometheus away means that nothing is known, and metrics move nothing."""
        wanted = {each.key: each.joining for each in subjects if each.needs_metrics}
        if self.measured is None or not wanted:
            return Known(windows=None)
        try:
            self.measured.refresh(wanted, now)
        except MetricsError as error:
            self.instruments.metrics_away.inc()
            log.warning("metrics are away", error=str(error))
            return Known(windows=None)
        return Known(
            windows={length: self.measured.windows(length, now) for length in (*BY_SIZE, *BY_COUNT)}
        )

    def one(self, subject: Subject, known: Known, crashed: Crashed | None, now: datetime) -> None:
        """A service that cannot be written to now does not keep the others waiting."""
        try:
            for _ in range(ATTEMPTS):
                ruling = rule_on(subject, known.of(subject), crashed, now)
                if self.act(subject, ruling, now):
                    self.instruments.ruled(subject, ruling)
                    return
                fresh = self.read_anew(subject)
                if fresh is None:
                    return
                subject = fresh
            log.info("others write to it: decided at the next tick", service=str(subject.key))
        except ClusterError as error:
            self.instruments.failures.labels("cluster").inc()
            log.warning("not written", service=str(subject.key), error=str(error))
        except Exception:
            self.instruments.failures.labels("unexpected").inc()
            log.exception("a decision broke off", service=str(subject.key))

    def read_anew(self, subject: Subject) -> Subject | None:
        """With what was seen before, to tell a person's change; None where nothing is asked."""
        found = self.kube.find(SERVICE, subject.key.namespace, subject.key.name)
        fresh = subject_from(found, self.most) if found else None
        if fresh is None or not fresh.concerns_us:
            return None
        if fresh.memory.seen_units is not None:
            return fresh
        before = subject.present
        seen = replace(fresh.memory, seen_units=before.units, seen_replicas=before.replicas)
        return replace(fresh, memory=seen)

    def act(self, subject: Subject, ruling: Ruling, now: datetime) -> bool:
        """Whether the object was still as it was judged.

        What a rule of the schedule wants is kept before it is done; all else leaves its mark.
        """
        change = ruling.change
        if change is None:
            self.remember(subject, ruling, now)
            return True
        intent_first = ruling.reason == SCHEDULE_BEGAN
        if intent_first:
            self.remember(subject, ruling, now)
        if not self.write(subject, change, now):
            return False
        self.announce(subject, ruling, change, now)
        if not intent_first:
            self.remember(subject, ruling, now)
        return True

    def write(self, subject: Subject, change: Change, now: datetime) -> bool:
        """Into the same fields that people edit; whoever edited meanwhile has precedence."""
        service = subject.service
        found = self.kube.find(SERVICE, service.namespace, service.name)
        if found is None or found["metadata"].get("generation") != service.generation:
            log.info("changed meanwhile", service=str(subject.key))
            return False
        units, replicas = change.units or service.size.units, change.replicas or service.replicas
        spec: dict[str, Any] = {}
        if change.units is not None:
            spec["memory"] = {"gib": units * UNIT_GIB}
        if change.replicas is not None:
            spec["replicas"] = replicas
        mark = scaled_mark(change, units=units, replicas=replicas, now=now)
        document = {
            "metadata": {
                "resourceVersion": found["metadata"].get("resourceVersion"),
                "annotations": {SCALED: mark},
            },
            "spec": spec,
        }
        try:
            self.kube.patch(SERVICE, service.namespace, service.name, document)
        except KubeConflictError:
            log.info("written to meanwhile", service=str(subject.key))
            return False
        return True

    def announce(self, subject: Subject, ruling: Ruling, change: Change, now: datetime) -> None:
        message = sentence(ruling)
        log.info("resized", service=str(subject.key), reason=ruling.reason, message=message)
        self.instruments.changes.labels(change.by.value, ruling.reason).inc()
        with suppress(ClusterError):
            event = event_document(subject.service, EVENTS[change.by], message, now, warning=False)
            self.kube.create(event)

    def remember(self, subject: Subject, ruling: Ruling, now: datetime) -> None:
        before = subject.reported.status
        told = before.get("recommendation") or {}
        after = recommendation_status(subject, ruling, now)
        memory = memory_status(ruling.memory)
        kept = dict(before.get("scaling") or {}) | {"checkedAt": memory["checkedAt"]}
        if not is_news(told, after, now) and not changed(kept, memory):
            return
        service = subject.service
        told_now = after | hourly_status(self.hourly(subject.key, now))
        status = {"recommendation": told_now, "scaling": memory}
        self.kube.patch_status(SERVICE, service.namespace, service.name, status)

    def hourly(self, key: Key, now: datetime) -> list[tuple[int, int]]:
        if self.measured is None or key not in self.measured.store.columns:
            return []
        return self.measured.hourly(key, now)

    def forget(self, subject: Subject) -> None:
        service = subject.service
        gone = {"recommendation": None, "scaling": None}
        with suppress(ClusterError):
            self.kube.patch_status(SERVICE, service.namespace, service.name, gone)
