"""How large a replica should be: a recommendation from what was measured in one window.

Sizes are counted in units of 1 CPU + 4 GiB. All arithmetic is in whole numbers (millicores, bytes,
shares in thousandths), so that a boundary is met exactly and ten thousand services take no time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

GIB = 1024**3
UNIT_MILLICORES = 1000
UNIT_BYTES = 4 * GIB

WHOLE = 1000
"""Shares below are in thousandths."""
STEADY_HEADROOM = 1250
SPIKY_HEADROOM = 1100
OOM_HEADROOM = 1500
SPIKY_ABOVE = 300
"""Memory is spiky when its standard deviation is more than this share of its mean (ours)."""

CLASSIC_THRESHOLDS = ((8, 500), (32, 600), (96, 700))
"""(CPUs of the whole service up to, threshold), inside the published 50-75 % (ours)."""
CLASSIC_THRESHOLD_ABOVE = 750

TRACKING_TARGET = 530
TRACKING_HIGH = 750
TRACKING_LOW = 375


class Policy(StrEnum):
    CLASSIC = "classic"
    TARGET_TRACKING = "target_tracking"


class Driver(StrEnum):
    """What decided the recommended size."""

    CPU_HIGH = "cpu_high"
    CPU_LOW = "cpu_low"
    CPU_IN_BAND = "cpu_in_band"
    MEMORY = "memory"
    OUT_OF_MEMORY = "out_of_memory"


@dataclass(frozen=True, kw_only=True)
class MemorySpread:
    """Sums over a series of resident memory in MiB: they give mean and deviation, and add up."""

    count: int
    total_mib: int
    total_squares_mib: int

    @property
    def is_spiky(self) -> bool:
        """Standard deviation / mean > SPIKY_ABOVE, without a root or a division."""
        square = self.total_mib * self.total_mib
        variance = self.count * self.total_squares_mib - square
        return variance * WHOLE * WHOLE > SPIKY_ABOVE * SPIKY_ABOVE * square


@dataclass(frozen=True, kw_only=True)
class WindowSummary:
    """What one window of samples says; zero for out of memory means that none was seen."""

    cpu_peak_millicores: int
    resident_peak_bytes: int
    query_peak_bytes: int
    spread: MemorySpread
    query_oom_bytes: int = 0
    pod_oom_bytes: int = 0
    samples: int
    expected_samples: int
    minutes: int = 30 * 60
    """How long the window is."""


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """The larger of what CPU and memory need, before bounds and gates."""

    units: int
    cpu_units: int
    memory_units: int
    driver: Driver


def recommend(
    policy: Policy, window: WindowSummary, *, units: int, replicas: int
) -> Recommendation:
    """Apply one policy to one window for a service of `replicas` replicas of `units` each."""
    if policy is Policy.CLASSIC:
        cpu_units = classic_cpu_units(window.cpu_peak_millicores, units=units, replicas=replicas)
        memory = classic_memory(window)
    else:
        cpu_units = tracking_cpu_units(window.cpu_peak_millicores, units=units)
        memory = tracking_memory(window)
    memory_units = units_for_memory(memory)
    return Recommendation(
        units=max(cpu_units, memory_units),
        cpu_units=cpu_units,
        memory_units=memory_units,
        driver=driver(window, units, cpu_units, memory_units),
    )


def classic_threshold(cpus: int) -> int:
    for up_to, threshold in CLASSIC_THRESHOLDS:
        if cpus <= up_to:
            return threshold
    return CLASSIC_THRESHOLD_ABOVE


def classic_cpu_units(peak_millicores: int, *, units: int, replicas: int) -> int:
    """Double above the threshold, halve below half of it; exactly on either, hold."""
    used = peak_millicores * WHOLE
    threshold = classic_threshold(replicas * units) * units * UNIT_MILLICORES
    if used > threshold:
        return 2 * units
    if 2 * used < threshold:
        return rounded_up(units, 2)
    return units


def tracking_cpu_units(peak_millicores: int, *, units: int) -> int:
    """Aim at the target once the band is left; exactly on its edges, hold."""
    used, whole = peak_millicores * WHOLE, units * UNIT_MILLICORES
    if TRACKING_LOW * whole <= used <= TRACKING_HIGH * whole:
        return units
    return max(1, rounded_up(used, TRACKING_TARGET * UNIT_MILLICORES))


def classic_memory(window: WindowSummary) -> int:
    """Wanted memory in thousandths of a byte."""
    out_of_memory = max(window.query_oom_bytes, window.pod_oom_bytes)
    peak = max(window.resident_peak_bytes, window.query_peak_bytes, out_of_memory)
    return peak * (OOM_HEADROOM if out_of_memory else STEADY_HEADROOM)


def tracking_memory(window: WindowSummary) -> int:
    """Wanted memory in thousandths of a byte."""
    headroom = SPIKY_HEADROOM if window.spread.is_spiky else STEADY_HEADROOM
    return max(
        window.query_peak_bytes * headroom,
        window.resident_peak_bytes * headroom,
        window.query_oom_bytes * OOM_HEADROOM,
        window.pod_oom_bytes * OOM_HEADROOM,
    )


def units_for_memory(thousandths_of_bytes: int) -> int:
    return max(1, rounded_up(thousandths_of_bytes, UNIT_BYTES * WHOLE))


def out_of_memory_floor(window: WindowSummary) -> int:
    """What the last crash needed: below it, shrink, crash and grow would take turns."""
    crash_bytes = max(window.query_oom_bytes, window.pod_oom_bytes)
    return units_for_memory(crash_bytes * OOM_HEADROOM) if crash_bytes else 1


@dataclass(frozen=True, kw_only=True)
class Edges:
    """Where the decision about CPU changes: outside of these a replica gets another size."""

    low_millicores: int
    high_millicores: int


def edges(policy: Policy, *, units: int, replicas: int) -> Edges:
    """Rounded inwards to whole millicores."""
    whole = units * UNIT_MILLICORES
    if policy is Policy.CLASSIC:
        threshold = classic_threshold(replicas * units)
        low, high = rounded_up(threshold * whole, 2 * WHOLE), threshold * whole // WHOLE
    else:
        low, high = rounded_up(TRACKING_LOW * whole, WHOLE), TRACKING_HIGH * whole // WHOLE
    return Edges(low_millicores=low, high_millicores=high)


def rounded_up(value: int, divisor: int) -> int:
    return -(-value // divisor)


def driver(window: WindowSummary, units: int, cpu_units: int, memory_units: int) -> Driver:
    if memory_units > cpu_units:
        crashed = window.query_oom_bytes or window.pod_oom_bytes
        return Driver.OUT_OF_MEMORY if crashed else Driver.MEMORY
    if cpu_units > units:
        return Driver.CPU_HIGH
    return Driver.CPU_LOW if cpu_units < units else Driver.CPU_IN_BAND
