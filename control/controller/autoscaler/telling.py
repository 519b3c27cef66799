"""A ruling in the words of the Service object's status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from control.controller.autoscaler.ruling import SCHEDULE_BEGAN, SCHEDULE_ENDED, Ruling
from control.controller.autoscaler.subject import Subject
from control.scaling import horizontal, vertical
from control.scaling.sizing import Driver
from control.warehouses.model import Size
from control.warehouses.objects import moment_from, moment_text

FIGURES_LAST = timedelta(minutes=15)
"""Figures change every minute; the object is not written for that."""
MIB = 1024**2
VOLATILE = ("at", "figures", "hourlyCpuMillicores", "hourlyMemoryMib")

V, H = vertical.Reason, horizontal.Reason
SENTENCES: Mapping[str, str] = {
    V.FIXED_PROFILE: "its profile has a fixed size",
    V.SINGLE_PRIMARY: "a single primary is not resized",
    V.NOT_RUNNING: "decided once it runs",
    V.PINNED: "equal bounds fix its size at {size}",
    V.OUT_OF_BOUNDS: "brought into its bounds: {size}, {replicas} replicas",
    V.MODE_OFF: "automatic sizing is off",
    V.NO_METRICS: "nothing is known of its load: it keeps its size",
    V.COVERAGE: "too many gaps in its load to take anything away",
    V.STEADY: "its size fits its load",
    V.AT_BOUND: "its bound keeps it at this size",
    V.OPERATION_IN_FLIGHT: "waits for the change under way",
    V.PROTECTED: "keeps what was asked for of late",
    V.SUPPRESSED: "this size could not be made: tried again later",
    V.GROW: "grows to {size}: {driver}",
    V.SHRINK: "shrinks to {size}: {driver}",
    H.WAITING: "looked at again in some minutes",
    H.ADD_REPLICAS: "grows to {replicas} replicas: the busiest is above 80 %",
    H.REMOVE_REPLICAS: "shrinks to {replicas} replicas: the busiest was below 45 % for an hour",
    SCHEDULE_BEGAN: "rule {rule!r} of its schedule began: {size}, {replicas} replicas",
    SCHEDULE_ENDED: "rule {rule!r} of its schedule ended: {size}, {replicas} replicas",
}
DRIVERS: Mapping[Driver, str] = {
    Driver.CPU_HIGH: "CPU is above its band",
    Driver.CPU_LOW: "CPU is below its band",
    Driver.CPU_IN_BAND: "CPU is inside its band",
    Driver.MEMORY: "memory needs it",
    Driver.OUT_OF_MEMORY: "it ran out of memory",
}


def sentence(ruling: Ruling) -> str:
    made = ruling.vertical.recommendation if ruling.vertical else None
    return SENTENCES[ruling.reason].format(
        size=Size(units=ruling.units),
        replicas=ruling.replicas,
        driver=DRIVERS[made.driver] if made else "",
        rule=ruling.change.rule if ruling.change else "",
    )


def recommendation_status(subject: Subject, ruling: Ruling, now: datetime) -> dict[str, Any]:
    return {
        "units": ruling.units,
        "replicas": ruling.replicas if subject.wishes.horizontal else None,
        "reason": ruling.reason,
        "message": sentence(ruling),
        "mode": subject.wishes.mode.value,
        "advisoryUnits": ruling.advisory_units,
        "at": moment_text(now),
        "figures": figures(ruling),
    }


def hourly_status(hourly: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Only made for what is written: of most services nothing is, at most looks."""
    return {
        "hourlyCpuMillicores": [cpu for cpu, _ in hourly] or None,
        "hourlyMemoryMib": [memory for _, memory in hourly] or None,
    }


def figures(ruling: Ruling) -> dict[str, Any] | None:
    window = ruling.window
    if window is None:
        return None
    made = ruling.vertical.recommendation if ruling.vertical else None
    used = ruling.horizontal.utilisation if ruling.horizontal else None
    out_of_memory = max(window.pod_oom_bytes, window.query_oom_bytes)
    return {
        "cpuPeakMillicores": window.cpu_peak_millicores,
        "memoryPeakMib": window.resident_peak_bytes // MIB,
        "queryPeakMib": window.query_peak_bytes // MIB,
        "outOfMemoryMib": out_of_memory // MIB or None,
        "samples": window.samples,
        "expectedSamples": window.expected_samples,
        "windowMinutes": window.minutes,
        "cpuUnits": made.cpu_units if made else None,
        "memoryUnits": made.memory_units if made else None,
        "driver": made.driver.value if made else None,
        "utilisationPercent": None if used is None else int(used * 100),
    }


def is_news(before: Mapping[str, Any], after: Mapping[str, Any], now: datetime) -> bool:
    """Whether the status must be written: another opinion, or figures that have grown old."""
    if not before or steady(before) != steady(after):
        return True
    return now - moment_from(before["at"]) >= FIGURES_LAST


def steady(recommendation: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in recommendation.items()
        if name not in VOLATILE and value is not None
    }
