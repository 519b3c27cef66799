from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.local.aws.cloud import LocalAws


def set_outages(aws: LocalAws, outages: Any) -> Any:
    data = json.dumps(outages).encode()
    request = urllib.request.Request(f"{aws.url}/local/outages", data, method="PUT")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def test_a_service_that_is_away_answers_with_the_error_that_was_asked_for(aws: LocalAws) -> None:
    set_outages(aws, {"s3": {"status": 503, "code": "SlowDown"}})
    try:
        with pytest.raises(urllib.error.HTTPError, match="503") as caught:
            urllib.request.urlopen(f"{aws.url}/bucket/key")
        assert "<Code>SlowDown</Code>" in caught.value.read().decode()
        aws.client("sqs").list_queues()
        with urllib.request.urlopen(f"{aws.url}/local/outages") as answer:
            assert json.load(answer)["s3"]["refused"] == 1
    finally:
        assert set_outages(aws, {}) == {}
    aws.client("s3").list_buckets()


@pytest.mark.parametrize("asked", [[], {"s3": 503}, {"s3": {"code": "SlowDown"}}])
def test_a_list_that_cannot_be_read_changes_nothing(aws: LocalAws, asked: Any) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400"):
        set_outages(aws, asked)
    aws.client("s3").list_buckets()
