from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from local.aws.bucket_policy import extend_bucket_policies

BUCKET = "policies"
REFUSE_PLAIN_HTTP = {"Bool": {"aws:SecureTransport": "false"}}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Any:
    from moto.s3.models import FakeBucket

    monkeypatch.setattr(FakeBucket, "get_permission", FakeBucket.get_permission)
    extend_bucket_policies()
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def put_policy(s3: Any, condition: dict[str, Any] | None) -> None:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    }
    if condition:
        statement["Condition"] = condition
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))


@pytest.mark.parametrize(
    "condition", [REFUSE_PLAIN_HTTP, {"NumericLessThan": {"s3:TlsVersion": "1.2"}}]
)
def test_a_refusal_of_plain_http_lets_objects_through(s3: Any, condition: dict[str, Any]) -> None:
    put_policy(s3, condition)
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"v")
    assert s3.get_object(Bucket=BUCKET, Key="k")["Body"].read() == b"v"


@pytest.mark.parametrize("condition", [None, {"Bool": {"aws:SecureTransport": "true"}}])
def test_a_refusal_that_applies_is_kept(s3: Any, condition: dict[str, Any] | None) -> None:
    put_policy(s3, condition)
    with pytest.raises(ClientError, match=r"403|Forbidden|AccessDenied"):
        s3.put_object(Bucket=BUCKET, Key="k", Body=b"v")
