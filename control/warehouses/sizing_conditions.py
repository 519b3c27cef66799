"""Conditions of a Service about its size: what automatic sizing said, and its schedule."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from control.warehouses.scaling_wishes import schedule_problems
from control.warehouses.status import Condition

IDLE_SIZING = frozenset({"mode_off", "no_metrics", "not_running", "single_primary"})
"""Reasons by which nothing is being sized."""


def sizing_conditions(
    status: Mapping[str, Any], schedule: str, now: datetime
) -> Iterator[Condition]:
    told = status.get("recommendation")
    if told:
        yield Condition(
            type="Sizing",
            holds=told["mode"] == "apply" and told["reason"] not in IDLE_SIZING,
            reason=told["reason"],
            message=told.get("message", ""),
        )
    if schedule:
        wrong = schedule_problems(schedule, now.date())
        yield Condition(
            type="ScheduleSound",
            holds=not wrong,
            reason="Unsound" if wrong else "Sound",
            message=" ".join(wrong),
        )
