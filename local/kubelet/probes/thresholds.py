"""When a run of probe results changes the verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace

from local.kubelet.model.action import Probe


@dataclass(frozen=True, kw_only=True)
class ProbeRecord:
    """`verdict` stands until enough results in a row contradict it; None before the first one."""

    verdict: bool | None
    last: bool | None = None
    in_a_row: int = 0


def observed(record: ProbeRecord, success: bool, probe: Probe) -> ProbeRecord:
    in_a_row = record.in_a_row + 1 if record.last is success else 1
    threshold = probe.success_threshold if success else probe.failure_threshold
    verdict = success if in_a_row >= threshold else record.verdict
    return replace(record, verdict=verdict, last=success, in_a_row=in_a_row)
