import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws
from prometheus_client import CollectorRegistry

from control.telemetry.hourly_usage import allocations, quantity
from control.telemetry.program import Cluster
from control.telemetry.usage_scraper import BucketStore, UsageMetrics, UsageScraper
from tests.control.controller.stage import PRIMARY, READER, Stage

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class MemoryStore:
    def __init__(self) -> None:
        self.objects: dict[str, str] = {}

    def read(self, key: str) -> str | None:
        return self.objects.get(key)

    def write(self, key: str, text: str) -> None:
        self.objects[key] = text

    def hour(self, hour: int) -> dict[str, Any]:
        return json.loads(self.objects[f"test/eu-central-1/2026/01/05/{hour:02}.json"])


@pytest.fixture
def lake() -> Stage:
    return Stage().warehouse_with(main=PRIMARY, reader=READER).run_until_running("main", "reader")


def scraper(lake: Stage, store: MemoryStore | None) -> UsageScraper:
    return UsageScraper(
        cluster=Cluster(kube=lake.kube), metrics=UsageMetrics(CollectorRegistry()), store=store
    )


def test_allocation_is_the_sum_of_running_replicas(lake: Stage) -> None:
    held = allocations(lake.kube.list("Pod", "clickhouse", {}))
    assert held["lake", "main"].cpu_millicores == 4000
    assert held["lake", "main"].memory_bytes == 16 * 1024**3
    assert held["lake", "reader"].replicas == 1


def test_an_hour_of_two_small_replicas(lake: Stage) -> None:
    store = MemoryStore()
    one = scraper(lake, store)
    for minute in range(62):
        one.one_pass(NOON + minute * MINUTE)
    hour = store.hour(12)
    assert hour["coveredSeconds"] == 3600
    assert hour["services"][0] == {
        "warehouse": "lake",
        "service": "main",
        "cpuCoreSeconds": 4 * 3600,
        "memoryGibSeconds": 16 * 3600,
        "replicaSeconds": 2 * 3600,
    }


def test_a_sample_across_the_full_hour_counts_in_both(lake: Stage) -> None:
    store = MemoryStore()
    one = scraper(lake, store)
    for seconds in (-80, -20, 40):
        one.one_pass(NOON + timedelta(seconds=seconds))
    one.write(one.hour, NOON)
    assert store.hour(11)["coveredSeconds"] == 80
    assert store.hour(12)["coveredSeconds"] == 40


def test_a_gap_is_not_counted(lake: Stage) -> None:
    one = scraper(lake, None)
    for minute in (0, 1, 20, 21):
        one.one_pass(NOON + minute * MINUTE)
    assert one.hour is not None
    assert one.hour.covered == 2 * MINUTE


def test_a_restarted_scraper_goes_on_with_the_hour(lake: Stage) -> None:
    store = MemoryStore()
    for start in (0, 10):
        one = scraper(lake, store)
        for minute in range(start, start + 6):
            one.one_pass(NOON + minute * MINUTE)
    assert store.hour(12)["coveredSeconds"] == 600


def test_usage_arrives_in_the_bucket(lake: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="usage")
        one = scraper(lake, None)
        one.store = BucketStore(bucket="usage", prefix="usage/", region="us-east-1")
        for minute in range(7):
            one.one_pass(NOON + minute * MINUTE)
        key = "usage/test/eu-central-1/2026/01/05/12.json"
        body = s3.get_object(Bucket="usage", Key=key)["Body"].read()
        assert json.loads(body)["coveredSeconds"] == 300


@pytest.mark.parametrize(
    ("text", "value"), [("2", 2), ("500m", 0.5), ("8Gi", 8 * 1024**3), ("1M", 10**6)]
)
def test_quantities(text: str, value: float) -> None:
    assert float(quantity(text)) == value
