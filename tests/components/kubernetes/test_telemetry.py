"""State and usage leave by two programs of our own image."""

from dataclasses import replace

import pytest

from components.kubernetes.monitoring import TelemetryArgs
from tests.components.kubernetes.baseline import MONITORING, containers, found, monitoring

TELEMETRY = TelemetryArgs(
    state_queue_url="https://sqs/q",
    state_role_arn="arn:aws:iam::222222222222:role/state",
    usage_bucket="usage",
)
SEEN = monitoring(replace(MONITORING, telemetry=TELEMETRY))

PROGRAMS = {
    "state-exporter": (
        "control.telemetry.state_exporter",
        {
            "STATE_QUEUE_URL": "https://sqs/q",
            "STATE_ROLE_ARN": "arn:aws:iam::222222222222:role/state",
        },
    ),
    "usage-scraper": (
        "control.telemetry.usage_scraper",
        {"USAGE_BUCKET": "usage", "USAGE_PREFIX": "usage/"},
    ),
}


@pytest.mark.parametrize(("name", "expected"), PROGRAMS.items())
def test_a_program_is_told_where_to_send(name, expected):
    module, settings = expected
    (container,) = containers(found(SEEN, "Deployment", name, "byoc-system"))
    assert container["command"] == ["python", "-m", module]
    values = {entry["name"]: entry["value"] for entry in container["env"] if "value" in entry}
    assert values == settings


@pytest.mark.parametrize("name", PROGRAMS)
def test_only_one_sends_at_a_time(name):
    spec = found(SEEN, "Deployment", name)["spec"]
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")


@pytest.mark.parametrize("name", PROGRAMS)
def test_without_a_target_nothing_is_set(name):
    (container,) = containers(found(monitoring(), "Deployment", name))
    assert not [entry for entry in container["env"] if "value" in entry]
