"""Grafana shows our figures to people who were let in."""

import json
from dataclasses import replace

import pytest
import yaml

from components.errors import ConfigError
from components.kubernetes.monitoring import GrafanaArgs
from components.kubernetes.monitoring.dashboard_rows import DASHBOARDS
from components.kubernetes.monitoring.dashboards import dashboard_document
from tests.components.kubernetes.baseline import (
    MONITORING,
    containers,
    everything,
    found,
    monitoring,
    objects,
    pod_spec,
)
from tests.components.kubernetes.programs import checked


def grafana(args: GrafanaArgs | None = None):
    seen = everything() if args is None else monitoring(replace(MONITORING, grafana=args))
    return found(seen, "Deployment", "grafana")


def admin_volume(deployment):
    return next(v for v in pod_spec(deployment)["volumes"] if v["name"] == "admin")


def test_nobody_gets_in_without_a_password():
    (container,) = pod_spec(grafana())["containers"]
    env = {entry["name"]: entry.get("value") for entry in container["env"]}
    assert env["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert env["GF_AUTH_PROXY_ENABLED"] == "false"
    assert env["GF_USERS_ALLOW_SIGN_UP"] == "false"
    assert env["GF_SECURITY_ADMIN_PASSWORD__FILE"] == "/run/grafana-admin/admin-password"
    assert "GF_SECURITY_ADMIN_PASSWORD" not in env


def test_grafana_tells_nobody_outside():
    (container,) = pod_spec(grafana())["containers"]
    env = {entry["name"]: entry.get("value") for entry in container["env"]}
    assert env["GF_ANALYTICS_REPORTING_ENABLED"] == "false"
    assert env["GF_ANALYTICS_CHECK_FOR_UPDATES"] == "false"
    assert env["GF_SNAPSHOTS_EXTERNAL_ENABLED"] == "false"


def test_a_given_password_is_in_a_secret():
    assert admin_volume(grafana())["secret"] == {"secretName": "grafana-admin"}
    assert "initContainers" not in pod_spec(grafana())


def test_an_existing_secret_is_used_as_it_is():
    deployment = grafana(GrafanaArgs(existing_secret="ours"))
    assert admin_volume(deployment)["secret"] == {"secretName": "ours"}


def test_without_either_the_pod_makes_a_password_that_nothing_else_knows():
    seen = monitoring(replace(MONITORING, grafana=GrafanaArgs()))
    deployment = found(seen, "Deployment", "grafana")
    assert admin_volume(deployment)["emptyDir"]
    maker, shown = containers(deployment)
    assert "/dev/urandom" in maker["command"][-1]
    mounts = {mount["name"]: mount["readOnly"] for mount in shown["volumeMounts"]}
    assert mounts["admin"] is True
    assert "grafana-admin" not in {
        one["metadata"]["name"] for one in objects(seen) if one["kind"] == "Secret"
    }


def test_two_passwords_are_refused():
    with pytest.raises(ConfigError, match="not both"):
        GrafanaArgs(admin_password="a", existing_secret="b")


def test_grafana_can_be_left_out():
    seen = monitoring(replace(MONITORING, grafana=None))
    assert "grafana" not in {
        one["metadata"]["name"]
        for one in objects(seen)
        if "spec" in one and one["kind"] == "Deployment"
    }


def test_the_data_source_is_our_prometheus():
    document = found(everything(), "ConfigMap", "grafana-datasources")["data"]["prometheus.yaml"]
    (source,) = yaml.safe_load(document)["datasources"]
    assert source["url"] == "http://prometheus.byoc-monitoring.svc:9090"
    ports = found(everything(), "Service", "prometheus")["spec"]["ports"]
    assert 9090 in [port["port"] for port in ports]


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.uid)
def test_a_dashboard_has_panels_that_do_not_overlap(board):
    document = json.loads(dashboard_document(board))
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in document["panels"]]
    assert len(places) == len(set(places)) == len(board.panels)
    assert all(panel["targets"][0]["expr"] for panel in document["panels"])


def test_expressions_of_dashboards_are_promql(tmp_path):
    """As rules they go through the checker; drop-downs become plain matchers."""
    expressions = [panel.expression for board in DASHBOARDS for panel in board.panels]
    rules = [
        {
            "record": f"x:{number}",
            "expr": text.replace("$warehouse", ".*").replace("$service", ".*"),
        }
        for number, text in enumerate(expressions)
    ]
    for rule in rules:
        rule["record"] = rule["record"].replace(":", ":n")
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    assert "SUCCESS" in checked("promtool", "check", "rules", file)
