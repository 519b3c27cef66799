"""Runs the probes of one container run: startup first, then readiness and liveness."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from local.kubelet.model.action import Probe
from local.kubelet.probes.checks import Checker, CheckResult, Target
from local.kubelet.probes.thresholds import ProbeRecord, observed

log = logging.getLogger(__name__)


class ProbeKind(StrEnum):
    STARTUP = "Startup"
    READINESS = "Readiness"
    LIVENESS = "Liveness"


@dataclass(frozen=True, kw_only=True)
class ProbeFailure:
    """A verdict that ends the container."""

    kind: ProbeKind
    probe: Probe


@dataclass(frozen=True, kw_only=True)
class Reports:
    """`changed` is called when a verdict changes, `unhealthy` at each failed check."""

    changed: Callable[[], None]
    unhealthy: Callable[[ProbeKind, CheckResult], None]


class ContainerProbes:
    def __init__(
        self, target: Target, started_at_s: float, checker: Checker, reports: Reports
    ) -> None:
        container = target.container
        self.is_started = container.startup is None
        self.is_ready = container.readiness is None
        self.failure: ProbeFailure | None = None
        self._target = target
        self._started_at_s = started_at_s
        self._checker = checker
        self._reports = reports
        self._task: asyncio.Task[None] | None = None

    def resume(self, *, is_started: bool, is_ready: bool) -> None:
        """Take over what an earlier kubelet has found out."""
        self.is_started, self.is_ready = is_started, is_ready

    def start(self) -> None:
        self._task = asyncio.create_task(self._guarded())

    def stop(self) -> None:
        if self._task:
            self._task.cancel()

    async def _guarded(self) -> None:
        try:
            await self._run()
        except Exception:
            log.exception("the probes of %s ended", self._target.container.name)

    async def _run(self) -> None:
        container = self._target.container
        if container.startup and not self.is_started:
            await self._startup(container.startup)
            if self.failure:
                return
        async with asyncio.TaskGroup() as group:
            if container.readiness:
                group.create_task(self._readiness(container.readiness))
            if container.liveness:
                group.create_task(self._liveness(container.liveness))

    async def _startup(self, probe: Probe) -> None:
        record = ProbeRecord(verdict=None)
        while record.verdict is None:
            record = await self._next(ProbeKind.STARTUP, probe, record)
        if record.verdict:
            self.is_started = True
            self._reports.changed()
        else:
            self._fail(ProbeKind.STARTUP, probe)

    async def _readiness(self, probe: Probe) -> None:
        record = ProbeRecord(verdict=self.is_ready)
        while True:
            record = await self._next(ProbeKind.READINESS, probe, record)
            if record.verdict is not None and record.verdict != self.is_ready:
                self.is_ready = record.verdict
                self._reports.changed()

    async def _liveness(self, probe: Probe) -> None:
        record = ProbeRecord(verdict=True)
        while record.verdict:
            record = await self._next(ProbeKind.LIVENESS, probe, record)
        self._fail(ProbeKind.LIVENESS, probe)

    async def _next(self, kind: ProbeKind, probe: Probe, record: ProbeRecord) -> ProbeRecord:
        """Wait for the probe's turn and take one result."""
        if record.last is None:
            early_s = self._started_at_s + probe.initial_delay_s - time.time()
            await asyncio.sleep(max(0.0, early_s))
        else:
            await asyncio.sleep(probe.period_s)
        result = await self._checker.check(probe.action, self._target, probe.timeout_s)
        if not result.success:
            self._reports.unhealthy(kind, result)
        return observed(record, result.success, probe)

    def _fail(self, kind: ProbeKind, probe: Probe) -> None:
        self.failure = ProbeFailure(kind=kind, probe=probe)
        self._reports.changed()
