"""State and usage leave by two programs of our own image."""

from dataclasses import replace

import pytest

from components.kubernetes.monitoring import TelemetryArgs
from tests.components.kubernetes.baseline import MONITORING, containers, found, monitoring

TELEMETRY = TelemetryArgs(
    state_exporter={"BYOC_STATE_TARGET": "https://sqs/q"},
    usage_scraper={"BYOC_USAGE_TARGET": "s3://usage/acme"},
)
SEEN = monitoring(replace(MONITORING, telemetry=TELEMETRY))

PROGRAMS = {
    "state-exporter": ("control.telemetry.state_exporter", {"BYOC_STATE_TARGET": "https://sqs/q"}),
    "usage-scraper": (
        "control.telemetry.usage_scraper",
        {
            "BYOC_PROMETHEUS_URL": "http://prometheus.byoc-monitoring.svc:9090",
            "BYOC_USAGE_TARGET": "s3://usage/acme",
        },
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
