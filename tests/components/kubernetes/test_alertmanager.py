"""Alertmanager hands alerts on, or keeps them."""

from dataclasses import replace

import pytest
import yaml

from components.kubernetes.monitoring import AlertmanagerArgs
from components.kubernetes.monitoring.alertmanager import alertmanager_document
from tests.components.kubernetes.baseline import (
    MONITORING,
    WEBHOOK_URL,
    containers,
    everything,
    found,
    monitoring,
)
from tests.components.kubernetes.programs import checked

DOCUMENTS = {
    "with a receiver": alertmanager_document(WEBHOOK_URL),
    "without a receiver": alertmanager_document(None),
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_the_configuration_is_accepted(document, tmp_path):
    config = tmp_path / "alertmanager.yaml"
    config.write_text(document)
    assert "SUCCESS" in checked("amtool", "check-config", config)


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (["severity=critical", "alertname=ServiceDown"], "webhook"),
        (["severity=none", "alertname=Watchdog"], "webhook"),
    ],
)
def test_alerts_go_to_the_receiver(labels, receiver, tmp_path):
    config = tmp_path / "alertmanager.yaml"
    config.write_text(alertmanager_document(WEBHOOK_URL))
    said = checked("amtool", "config", "routes", "test", "--config.file", config, *labels)
    assert said.split()[0] == receiver


def test_without_a_receiver_nothing_is_sent():
    document = yaml.safe_load(alertmanager_document(None))
    assert document["receivers"] == [{"name": "nobody"}]
    assert document["route"]["receiver"] == "nobody"


def test_a_critical_alert_silences_the_warning_about_the_same_thing():
    (rule,) = yaml.safe_load(alertmanager_document(None))["inhibit_rules"]
    assert rule["source_matchers"] == ['severity="critical"']
    assert rule["target_matchers"] == ['severity="warning"']


def test_two_know_of_each_other_and_one_listens_to_nobody():
    def flags(seen):
        (container,) = containers(found(seen, "StatefulSet", "alertmanager"))
        return [flag for flag in container["args"] if flag.startswith("--cluster.")]

    assert flags(everything()) == [
        "--cluster.listen-address=$(POD_IP):9094",
        "--cluster.peer=alertmanager-0.alertmanager-peers.byoc-monitoring.svc:9094",
        "--cluster.peer=alertmanager-1.alertmanager-peers.byoc-monitoring.svc:9094",
    ]
    alone = replace(MONITORING, alertmanager=AlertmanagerArgs())
    assert flags(monitoring(alone)) == ["--cluster.listen-address="]


def test_the_document_is_a_secret_even_without_a_receiver():
    seen = monitoring(replace(MONITORING, alertmanager=AlertmanagerArgs()))
    secret = seen.one("kubernetes:core/v1:Secret", "monitoring-alertmanager")
    assert "nobody" in secret.inputs["stringData"]["alertmanager.yaml"]
    assert "stringData" in secret.secret_paths
