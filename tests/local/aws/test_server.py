from __future__ import annotations

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.local.aws.cloud import CUSTOMER, OPERATOR, LocalAws, started_local_aws


def test_it_starts_and_stops_in_order(tmp_path: Path) -> None:
    with started_local_aws(tmp_path) as aws:
        port = aws.url.rsplit(":", 1)[-1]
        children = psutil.Process().children()
        child = next(p for p in children if f"--port={port}" in p.cmdline())
    assert not child.is_running()
    assert aws.log.read_text() == ""


def test_it_says_that_it_is_well(aws: LocalAws) -> None:
    with urllib.request.urlopen(f"{aws.url}/local/healthz") as answer:
        assert json.load(answer) == {"status": "ok"}


def test_what_is_not_implemented_is_an_error_with_a_name(aws: LocalAws) -> None:
    calls = {
        "eks": lambda client: client.list_insights(clusterName="x"),
        "ec2": lambda client: client.describe_fast_launch_images(),
        "sqs": lambda client: client.list_message_move_tasks(SourceArn="x"),
        "account": lambda client: client.list_regions(),
    }
    for service, call in calls.items():
        with pytest.raises(ClientError, match="local AWS") as caught:
            call(aws.client(service))
        assert caught.value.response["Error"]["Code"] == "NotImplemented", service
        assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0, service


def test_accounts_do_not_see_each_other(aws: LocalAws) -> None:
    keys = {
        account: aws.user_key("two-accounts", account=account) for account in (CUSTOMER, OPERATOR)
    }
    for account, key in keys.items():
        identity = aws.client("sts", key=key).get_caller_identity()
        assert identity["Account"] == account
        queues = aws.client("sqs", key=key)
        queues.create_queue(QueueName=f"of-{account}")
        assert all(f"/{account}/" in url for url in queues.list_queues()["QueueUrls"])


def test_a_presigned_request_belongs_to_the_account_of_its_key(aws: LocalAws) -> None:
    key = aws.user_key("presigner", account=OPERATOR)
    url = aws.client("sts", key=key).generate_presigned_url("get_caller_identity", HttpMethod="GET")
    with urllib.request.urlopen(url) as answer:
        assert f"<Account>{OPERATOR}</Account>" in answer.read().decode()


def test_calls_at_the_same_time_all_succeed(aws: LocalAws) -> None:
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

    def subnet(number: int) -> str:
        made = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")
        ec2.describe_subnets()
        return str(made["Subnet"]["SubnetId"])

    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(subnet, range(32)))
    found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    assert {subnet["SubnetId"] for subnet in found} == set(made)
