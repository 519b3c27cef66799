from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.cloud import CUSTOMER, OPERATOR, Key, LocalAws

ROOT = f"arn:aws:iam::{OPERATOR}:root"
EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": "agreed"}}


@pytest.fixture(scope="module")
def operator(aws: LocalAws) -> Key:
    return aws.user_key("operator", account=OPERATOR)


def role(aws: LocalAws, name: str, *statements: dict[str, Any]) -> str:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    made = aws.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps(document)
    )
    return str(made["Role"]["Arn"])


def allow(principal: Any, condition: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return statement | ({"Condition": condition} if condition else {}) | more


def test_the_agreed_external_id_opens_the_role(aws: LocalAws, operator: Key) -> None:
    arn = role(aws, "cross-account", allow({"AWS": ROOT}, EXTERNAL_ID))
    key = aws.assume(arn, operator, ExternalId="agreed")
    identity = aws.client("sts", key=key).get_caller_identity()
    assert identity["Account"] == CUSTOMER
    assert identity["Arn"] == f"arn:aws:sts::{CUSTOMER}:assumed-role/cross-account/test"
    assert "cross-account" in [
        r["RoleName"] for r in aws.client("iam", key=key).list_roles()["Roles"]
    ]


CASES = {
    "wrong external id": (allow({"AWS": ROOT}, EXTERNAL_ID), {"ExternalId": "guessed"}, False),
    "no external id": (allow({"AWS": ROOT}, EXTERNAL_ID), {}, False),
    "another account": (allow({"AWS": f"arn:aws:iam::{CUSTOMER}:root"}), {}, False),
    "account by its number": (allow({"AWS": OPERATOR}), {}, True),
    "the user itself": (allow({"AWS": f"arn:aws:iam::{OPERATOR}:user/operator"}), {}, True),
    "another user": (allow({"AWS": f"arn:aws:iam::{OPERATOR}:user/other"}), {}, False),
    "one of several": (allow({"AWS": ["333333333333", ROOT]}), {}, True),
    "a service": (allow({"Service": "ec2.amazonaws.com"}), {}, False),
    "everybody": (allow("*"), {}, True),
    "everybody, by pattern of ARN": (
        allow("*", {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OPERATOR}:user/op*"}}),
        {},
        True,
    ),
    "another action": (allow({"AWS": ROOT}, Action="sts:TagSession"), {}, False),
    "tags without leave to tag": (
        allow({"AWS": ROOT}),
        {"Tags": [{"Key": "a", "Value": "b"}]},
        False,
    ),
    "tags with leave": (
        allow({"AWS": ROOT}, Action=["sts:AssumeRole", "sts:TagSession"]),
        {"Tags": [{"Key": "a", "Value": "b"}]},
        True,
    ),
}


@pytest.mark.parametrize(("statement", "request_", "opens"), CASES.values(), ids=CASES.keys())
def test_trust(
    aws: LocalAws, operator: Key, request, statement, request_: dict[str, Any], opens: bool
) -> None:
    name = request.node.callspec.id.replace(" ", "-").replace(",", "")
    arn = role(aws, name, statement)
    if opens:
        aws.assume(arn, operator, **request_)
        return
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole") as caught:
        aws.assume(arn, operator, **request_)
    assert caught.value.response["Error"]["Code"] == "AccessDenied"


def test_a_deny_wins(aws: LocalAws, operator: Key) -> None:
    deny = allow({"AWS": ROOT}, {"StringNotEquals": {"sts:ExternalId": "agreed"}}, Effect="Deny")
    arn = role(aws, "denied", allow({"AWS": ROOT}), deny)
    aws.assume(arn, operator, ExternalId="agreed")
    with pytest.raises(ClientError, match="not authorized"):
        aws.assume(arn, operator)


def test_a_role_that_does_not_exist_is_refused(aws: LocalAws, operator: Key) -> None:
    with pytest.raises(ClientError, match="not authorized"):
        aws.assume(f"arn:aws:iam::{CUSTOMER}:role/no-such-role", operator)


def test_a_role_is_trusted_through_its_session(aws: LocalAws, operator: Key) -> None:
    first = role(aws, "first", allow({"AWS": ROOT}))
    second = role(aws, "second", allow({"AWS": first}))
    aws.assume(second, aws.assume(first, operator))
    with pytest.raises(ClientError, match="not authorized"):
        aws.assume(second, operator)


def test_a_condition_that_is_not_evaluated_is_named(aws: LocalAws, operator: Key) -> None:
    condition = {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}
    arn = role(aws, "by-date", allow({"AWS": ROOT}, condition))
    with pytest.raises(ClientError, match="condition operator DateLessThan"):
        aws.assume(arn, operator)
