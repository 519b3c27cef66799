"""Rules of Prometheus as rows, and the file they make."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import yaml


class Severity(StrEnum):
    """What is expected of whoever reads the alert."""

    CRITICAL = "critical"
    """Act now."""
    WARNING = "warning"
    """Look at it today."""
    NONE = "none"
    """Nothing: shows that alerting itself works."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A series that others build on, computed once for all of them."""

    name: str
    expression: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Alert:
    name: str
    expression: str
    lasting: timedelta
    """How long it must be so before anybody hears of it."""
    severity: Severity
    summary: str
    remedy: str


def rules_document(
    recordings: tuple[Recording, ...], alerts: tuple[Alert, ...], *, step: timedelta
) -> str:
    """One group of recordings at `step`, and one of alerts at the server's own interval."""
    groups = [
        {
            "name": "byoc-recordings",
            "interval": duration(step),
            "rules": [{"record": row.name, "expr": row.expression} for row in recordings],
        },
        {"name": "byoc-alerts", "rules": [alert_rule(row) for row in alerts]},
    ]
    return yaml.safe_dump({"groups": groups}, sort_keys=False, width=1000)


def alert_rule(row: Alert) -> dict[str, Any]:
    return {
        "alert": row.name,
        "expr": row.expression,
        "for": duration(row.lasting),
        "labels": {"severity": str(row.severity)},
        "annotations": {"summary": row.summary, "remedy": row.remedy},
    }


def duration(length: timedelta) -> str:
    return f"{int(length.total_seconds())}s"
