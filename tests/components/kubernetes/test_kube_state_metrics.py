"""kube-state-metrics speaks of our objects as their schemas do."""

import re
from typing import Any

import pytest
import yaml

from components.kubernetes.monitoring.alerts import ALERTS
from components.kubernetes.monitoring.custom_series import CUSTOM_KINDS, custom_series_document
from components.kubernetes.monitoring.dashboard_rows import DASHBOARDS
from control.warehouses.crds import crd_documents
from tests.components.kubernetes.baseline import containers, everything, found

SCHEMAS = {
    document["spec"]["names"]["kind"]: document["spec"]["versions"][0]
    for document in crd_documents()
}
RESOURCES = yaml.safe_load(custom_series_document())["spec"]["resources"]


def property_at(kind: str, path: list[str]) -> dict[str, Any]:
    schema = SCHEMAS[kind]["schema"]["openAPIV3Schema"]
    for name in path:
        if schema.get("type") == "object" and "properties" not in schema:
            return {"type": "string"}
        schema = schema["properties"][name]
    return schema


@pytest.mark.parametrize("kind", CUSTOM_KINDS, ids=lambda kind: kind.kind)
def test_phases_are_those_of_the_schema(kind):
    assert list(kind.phases) == property_at(kind.kind, ["status", "phase"])["enum"]


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r["groupVersionKind"]["kind"])
def test_paths_exist_in_the_schema(resource):
    kind = resource["groupVersionKind"]["kind"]
    assert resource["groupVersionKind"]["version"] == SCHEMAS[kind]["name"]
    for path in resource["labelsFromPath"].values():
        assert property_at(kind, path)["type"] == "string"
    for series in resource["metrics"]:
        each = series["each"]
        if each["type"] == "Gauge":
            assert property_at(kind, each["gauge"]["path"])["type"] == "integer"


def test_series_that_alerts_and_dashboards_use_are_made():
    made = {
        f"{resource['metricNamePrefix']}_{series['name']}"
        for resource in RESOURCES
        for series in resource["metrics"]
    }
    expressions = [
        *(alert.expression for alert in ALERTS),
        *(panel.expression for board in DASHBOARDS for panel in board.panels),
    ]
    used = {n for text in expressions for n in re.findall(r"byoc_(?:service|warehouse)_\w+", text)}
    by_the_controller = {
        "byoc_warehouse_last_backup_timestamp_seconds",
        "byoc_warehouse_backup_period_seconds",
    }
    assert used - made == by_the_controller


def test_it_watches_what_it_may_watch():
    (container,) = containers(found(everything(), "Deployment", "kube-state-metrics"))
    flags = dict(flag.removeprefix("--").split("=", 1) for flag in container["args"])
    role = found(everything(), "Role", "kube-state-metrics", "clickhouse")
    allowed = {resource for rule in role["rules"] for resource in rule["resources"]}
    assert set(flags["resources"].split(",")) | {"warehouses", "services"} == allowed
    assert flags["namespaces"].split(",")[-1] == "clickhouse"
    assert flags["host"] == "$(POD_IP)"
