"""Dashboards as rows of panels, and Grafana's documents of them."""

import json
from dataclasses import dataclass
from typing import Any, Literal

DATASOURCE = {"type": "prometheus", "uid": "prometheus"}
GRID_WIDTH = 24
PANEL_WIDTH, PANEL_HEIGHT = 12, 8

Unit = Literal["short", "bytes", "percentunit", "s", "ops", "cores"]


@dataclass(frozen=True, kw_only=True)
class Panel:
    title: str
    expression: str
    legend: str
    unit: Unit = "short"
    kind: Literal["timeseries", "stat"] = "timeseries"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A drop-down that the panels' expressions use as $name."""

    name: str
    values_of: str


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    uid: str
    title: str
    choices: tuple[Choice, ...]
    panels: tuple[Panel, ...]


def dashboard_document(dashboard: Dashboard) -> str:
    document = {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["clickhouse-byoc"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [variable(choice) for choice in dashboard.choices]},
        "panels": [panel(row, number) for number, row in enumerate(dashboard.panels)],
    }
    return json.dumps(document, indent=1, sort_keys=True)


def variable(choice: Choice) -> dict[str, Any]:
    return {
        "name": choice.name,
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": choice.values_of, "refId": choice.name},
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "refresh": 2,
        "sort": 1,
    }


def panel(row: Panel, number: int) -> dict[str, Any]:
    per_line = GRID_WIDTH // PANEL_WIDTH
    line, column = divmod(number, per_line)
    return {
        "id": number + 1,
        "title": row.title,
        "type": row.kind,
        "datasource": DATASOURCE,
        "gridPos": {
            "x": column * PANEL_WIDTH,
            "y": line * PANEL_HEIGHT,
            "w": PANEL_WIDTH,
            "h": PANEL_HEIGHT,
        },
        "fieldConfig": {"defaults": {"unit": row.unit, "min": 0}, "overrides": []},
        "targets": [
            {
                "refId": "A",
                "datasource": DATASOURCE,
                "expr": row.expression,
                "legendFormat": row.legend,
            }
        ],
    }
