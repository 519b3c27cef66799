"""Queues keep their policy when something else of them is changed."""

from __future__ import annotations

from typing import Any

from moto.sqs.models import Queue

moto_set_attributes = Queue._set_attributes


def set_attributes(self: Queue, attributes: dict[str, Any], now: float | None = None) -> None:
    kept = self.policy if hasattr(self, "_policy_json") and "Policy" not in attributes else None
    moto_set_attributes(self, attributes, now)
    if kept:
        self.policy = kept


def install() -> None:
    Queue._set_attributes = set_attributes  # type: ignore[method-assign]
