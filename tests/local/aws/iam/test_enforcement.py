"""The switch on the running server: whose calls are decided, and what is written down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.cloud import CUSTOMER, REGION, Key, LocalAws
from tests.local.aws.iam.control import control

TAG = {"Key": "ours", "Value": "true"}


@pytest.fixture(scope="module")
def limited(aws: LocalAws) -> Key:
    """A role that may make and remove what carries the tag, under a boundary without S3."""
    iam = aws.client("iam")
    boundary = iam.create_policy(
        PolicyName="ceiling", PolicyDocument=policy(("ec2:*", "*", {}), ("iam:*", "*", {}))
    )["Policy"]["Arn"]
    trust = {"Effect": "Allow", "Principal": {"AWS": CUSTOMER}, "Action": "sts:AssumeRole"}
    iam.create_role(
        RoleName="limited",
        AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}),
        PermissionsBoundary=boundary,
    )
    rights = policy(
        ("ec2:Describe*", "*", {}),
        ("ec2:CreateVpc", "*", {"StringEquals": {"aws:RequestTag/ours": "true"}}),
        ("ec2:CreateTags", "*", {"StringEquals": {"ec2:CreateAction": "CreateVpc"}}),
        ("ec2:DeleteVpc", "*", {"StringEquals": {"aws:ResourceTag/ours": "true"}}),
        ("s3:*", "*", {}),
    )
    iam.put_role_policy(RoleName="limited", PolicyName="rights", PolicyDocument=rights)
    return aws.assume(f"arn:aws:iam::{CUSTOMER}:role/limited", aws.user_key("somebody"))


def policy(*rows: tuple[str, str, dict[str, Any]]) -> str:
    statements = [
        {"Effect": "Allow", "Action": a, "Resource": r, **({"Condition": c} if c else {})}
        for a, r, c in rows
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture
def enforced(aws: LocalAws) -> Iterator[None]:
    control(aws, "enforcement", "PUT", {"principals": [f"arn:aws:iam::{CUSTOMER}:role/limited"]})
    control(aws, "trace", "DELETE")
    yield
    control(aws, "enforcement", "PUT", {"principals": []})


def specification(kind: str) -> dict[str, Any]:
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": [TAG]}]}


def refused(aws: LocalAws, call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    return str(caught.value)


def test_a_call_is_decided_by_tags_of_request_and_resource(
    aws: LocalAws, limited: Key, enforced: None
) -> None:
    ec2 = aws.client("ec2", key=limited)
    assert "ec2:CreateVpc" in refused(aws, ec2.create_vpc, CidrBlock="10.9.0.0/16")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", **specification("vpc"))["Vpc"]["VpcId"]
    other = aws.client("ec2").create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    assert "ec2:DeleteVpc" in refused(aws, ec2.delete_vpc, VpcId=other)
    assert "ec2:CreateSubnet" in refused(aws, ec2.create_subnet, VpcId=vpc, CidrBlock="10.9.0.0/24")
    ec2.delete_vpc(VpcId=vpc)
    aws.client("ec2").delete_vpc(VpcId=other)


def test_the_boundary_stops_what_the_role_was_given(
    aws: LocalAws, limited: Key, enforced: None
) -> None:
    message = refused(aws, aws.client("s3", key=limited).create_bucket, Bucket="theirs")
    assert "not within the boundary" in message or "Forbidden" in message


def test_nobody_else_is_disturbed(aws: LocalAws, limited: Key, enforced: None) -> None:
    aws.client("iam", key=aws.user_key("anybody")).list_roles()
    assert control(aws, "trace") == []


def test_off_is_off(aws: LocalAws, limited: Key) -> None:
    assert control(aws, "enforcement") == {"principals": [], "refuse": True}
    ec2 = aws.client("ec2", key=limited)
    ec2.delete_vpc(VpcId=ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"])


def test_every_call_is_written_down_with_what_it_asked(
    aws: LocalAws, limited: Key, enforced: None
) -> None:
    ec2 = aws.client("ec2", key=limited)
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", **specification("vpc"))["Vpc"]["VpcId"]
    ec2.delete_vpc(VpcId=vpc)
    made, removed = control(aws, "trace")
    asked = [(d["ask"]["action"], d["verdict"]["statement"]) for d in made["decided"]]
    assert asked == [("ec2:CreateVpc", "inline rights #2"), ("ec2:CreateTags", "inline rights #3")]
    (only,) = removed["decided"]
    assert only["ask"]["resource"] == f"arn:aws:ec2:{REGION}:{CUSTOMER}:vpc/{vpc}"
    assert only["ask"]["context"]["aws:ResourceTag/ours"] == "true"


def test_a_call_that_nobody_described_is_refused(
    aws: LocalAws, limited: Key, enforced: None
) -> None:
    sqs = aws.client("sqs", key=limited)
    assert "does not know what this call needs" in refused(aws, sqs.create_queue, QueueName="q")


def test_ones_own_rights_are_not_raised(aws: LocalAws, limited: Key, enforced: None) -> None:
    iam = aws.client("iam", key=limited)
    given = {"RoleName": "limited", "PolicyName": "more", "PolicyDocument": policy(("*", "*", {}))}
    assert "iam:PutRolePolicy" in refused(aws, iam.put_role_policy, **given)
