import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws
from prometheus_client import CollectorRegistry

from control.telemetry.program import Cluster, Loop, TelemetryError
from control.telemetry.state_exporter import (
    REPEAT,
    StateExporter,
    StateMetrics,
    queue_sender,
)
from tests.control.controller.stage import PRIMARY, READER, Stage

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def lake() -> Stage:
    return Stage().warehouse_with(main=PRIMARY, reader=READER).run_until_running("main", "reader")


def exporter(lake: Stage, sent: list[dict[str, Any]], registry: CollectorRegistry | None = None):
    return StateExporter(
        cluster=Cluster(kube=lake.kube),
        metrics=StateMetrics(registry or CollectorRegistry()),
        send=lambda text: sent.append(json.loads(text)),
    )


def test_the_state_names_phases_versions_and_sizes(lake: Stage) -> None:
    sent: list[dict[str, Any]] = []
    exporter(lake, sent).one_pass(NOW)
    assert (sent[0]["deployment"], sent[0]["region"]) == ("test", "eu-central-1")
    [warehouse] = sent[0]["warehouses"]
    assert (warehouse["name"], warehouse["phase"]) == ("lake", "Ready")
    main, reader = warehouse["services"]
    assert (main["phase"], main["readyReplicas"], main["memoryGib"]) == ("Running", 2, 8)
    assert (reader["access"], reader["version"]) == ("readOnly", "26.9.2.1")


def test_nothing_but_the_listed_fields_leaves(lake: Stage) -> None:
    sent: list[dict[str, Any]] = []
    exporter(lake, sent).one_pass(NOW)
    text = json.dumps(sent)
    assert "10.0.0." not in text
    assert "password" not in text
    assert "message" not in text


def test_an_unchanged_state_is_sent_only_as_a_sign_of_life(lake: Stage) -> None:
    sent: list[dict[str, Any]] = []
    one = exporter(lake, sent)
    for after in (timedelta(0), timedelta(seconds=10), REPEAT - timedelta(seconds=1)):
        one.one_pass(NOW + after)
    assert len(sent) == 1
    one.one_pass(NOW + REPEAT)
    assert len(sent) == 2
    lake.edit("main", replicas=3)
    one.one_pass(NOW + REPEAT + timedelta(seconds=10))
    assert sent[2]["warehouses"][0]["services"][0]["replicas"] == 3


def test_metrics_show_the_phase(lake: Stage) -> None:
    registry = CollectorRegistry()
    exporter(lake, [], registry).one_pass(NOW)
    labels = {"warehouse": "lake", "service": "main", "phase": "Running"}
    assert registry.get_sample_value("byoc_service_phase", labels) == 1


def test_the_state_arrives_in_the_queue(lake: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        sqs = boto3.client("sqs", region_name="eu-central-1")
        url = sqs.create_queue(QueueName="state")["QueueUrl"]
        one = exporter(lake, [])
        one.send = queue_sender(url, "eu-central-1", role_arn=None)
        one.one_pass(NOW)
        [message] = sqs.receive_message(QueueUrl=url)["Messages"]
        assert json.loads(message["Body"])["schema"] == 1
        with pytest.raises(TelemetryError, match=r"could not be sent to .*gone"):
            queue_sender(url.replace("state", "gone"), "eu-central-1", role_arn=None)("{}")


def test_a_program_is_unhealthy_when_its_passes_keep_failing() -> None:
    def fails(now: datetime) -> None:
        raise TelemetryError("no queue")

    loop = Loop(one_pass=fails, interval=timedelta(seconds=10), registry=CollectorRegistry())
    loop.once(NOW)
    assert loop.problem(NOW + timedelta(seconds=100)) is None
    problem = loop.problem(NOW + timedelta(seconds=101))
    assert problem == "no pass has succeeded since 2026-01-05T12:00:00+00:00"
