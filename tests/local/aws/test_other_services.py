from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.cloud import REGION, LocalAws


def policy(principal: object, resource: str) -> str:
    statements = [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": resource},
        {"Effect": "Allow", "Principal": principal, "Action": ["s3:PutObject"], "Resource": "*"},
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_a_queue_keeps_its_policy(aws: LocalAws) -> None:
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName="keeps")["QueueUrl"]
    document = policy("*", "*")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "60"})

    def attributes() -> dict[str, str]:
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        return dict(found["Attributes"])

    assert json.loads(attributes()["Policy"]) == json.loads(document)
    assert attributes()["VisibilityTimeout"] == "60"
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert "Policy" not in attributes()


def test_access_logs_go_where_the_policy_lets_them(aws: LocalAws) -> None:
    s3 = aws.client("s3")
    for name in ("logged", "logs"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    wanted = {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "a/"}}
    with pytest.raises(ClientError, match="permissions to the logging service"):
        s3.put_bucket_logging(Bucket="logged", BucketLoggingStatus=wanted)
    s3.put_bucket_policy(
        Bucket="logs",
        Policy=policy({"Service": "logging.s3.amazonaws.com"}, "arn:aws:s3:::logs"),
    )
    s3.put_bucket_logging(Bucket="logged", BucketLoggingStatus=wanted)
    assert s3.get_bucket_logging(Bucket="logged")["LoggingEnabled"]["TargetPrefix"] == "a/"


def test_a_log_group_changes_its_key_and_is_protected(aws: LocalAws) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="keyed")

    def key() -> str | None:
        found = logs.describe_log_groups(logGroupNamePrefix="keyed")["logGroups"][0]
        return found.get("kmsKeyId")

    logs.associate_kms_key(logGroupName="keyed", kmsKeyId="arn:key")
    assert key() == "arn:key"
    logs.disassociate_kms_key(logGroupName="keyed")
    assert key() is None
    logs.put_log_group_deletion_protection(
        logGroupIdentifier="keyed", deletionProtectionEnabled=True
    )
    with pytest.raises(ClientError, match="protected from deletion"):
        logs.delete_log_group(logGroupName="keyed")
    logs.put_log_group_deletion_protection(
        logGroupIdentifier="keyed", deletionProtectionEnabled=False
    )
    logs.delete_log_group(logGroupName="keyed")


def test_an_oidc_provider_gets_and_loses_audiences(aws: LocalAws) -> None:
    iam = aws.client("iam")
    arn = iam.create_open_id_connect_provider(
        Url="https://oidc.example.org", ThumbprintList=["0" * 40], ClientIDList=["first"]
    )["OpenIDConnectProviderArn"]
    at = {"OpenIDConnectProviderArn": arn}
    iam.add_client_id_to_open_id_connect_provider(**at, ClientID="second")
    iam.remove_client_id_from_open_id_connect_provider(**at, ClientID="first")
    assert iam.get_open_id_connect_provider(**at)["ClientIDList"] == ["second"]
