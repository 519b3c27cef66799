"""IAM's documented rules, one case each: what is asked, by which policies, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from local.aws.iam.evaluation import (
    Ask,
    Delegation,
    Policies,
    Principal,
    ResourcePolicy,
    decide,
)

ACCOUNT, OTHER = "111111111111", "222222222222"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/operator"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/operator/s"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
BUCKET = "arn:aws:s3:::data"
KEY = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/k"
VPC = f"arn:aws:ec2:eu-central-1:{ACCOUNT}:vpc/vpc-1"
PRINCIPAL = Principal(
    kind="AWS", names=frozenset({ROLE, SESSION, ROOT, ACCOUNT, "*"}), account=ACCOUNT
)


def allow(action: str | list[str] = "*", resource: str | list[str] = "*", **more: Any) -> Any:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str = "*", resource: str = "*", **more: Any) -> Any:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def when(operator: str, key: str, value: Any) -> Any:
    return {"Condition": {operator: {key: value}}}


def doc(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def identity(*statements: Any, **more: Any) -> Policies:
    return Policies(identity={"rights": doc(*statements)}, **more)


def ask(action: str, resource: str, context: Mapping[str, Any] | None = None) -> Ask:
    return Ask(action=action, resource=resource, context=context or {})


READ = ask("s3:GetObject", f"{BUCKET}/a")
DELETE = ask("ec2:DeleteVpc", VPC, {"aws:ResourceTag/ours": "true", "aws:RequestedRegion": "eu"})
DECRYPT = ask("kms:Decrypt", KEY)
OBJECTS = f"{BUCKET}/*"

DECISIONS: dict[str, tuple[Ask, Policies, bool]] = {
    "nothing said is no": (READ, Policies(), False),
    "an allow": (READ, identity(allow("s3:GetObject", OBJECTS)), True),
    "an action in other letters": (READ, identity(allow("S3:getobject", OBJECTS)), True),
    "a wildcard in the action": (READ, identity(allow("s3:Get*", OBJECTS)), True),
    "one character's wildcard": (READ, identity(allow("s3:GetObjec?", OBJECTS)), True),
    "another resource": (READ, identity(allow("s3:GetObject", "arn:aws:s3:::other/*")), False),
    "a resource's letters count": (READ, identity(allow("*", "arn:aws:s3:::DATA/*")), False),
    "one of several": (READ, identity(allow(["s3:Put*", "s3:GetObject"], [BUCKET, OBJECTS])), True),
    "a deny wins": (READ, identity(allow(), deny("s3:GetObject")), False),
    "a deny of another action": (READ, identity(allow(), deny("s3:PutObject")), True),
    "all but an action": (
        READ, identity({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), True,
    ),
    "all but this action": (
        READ, identity({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}), False,
    ),
    "all but this resource": (
        READ, identity({"Effect": "Allow", "Action": "*", "NotResource": OBJECTS}), False,
    ),
    "within the boundary": (READ, identity(allow(), boundary=doc(allow("s3:*"))), True),
    "outside of the boundary": (READ, identity(allow(), boundary=doc(allow("ec2:*"))), False),
    "a boundary grants nothing": (READ, Policies(boundary=doc(allow())), False),
    "a boundary that denies": (READ, identity(allow(), boundary=doc(allow(), deny())), False),
    "within the session's policy": (READ, identity(allow(), session=doc(allow("s3:*"))), True),
    "outside of it": (READ, identity(allow(), session=doc(allow("ec2:*"))), False),
    "a bucket admits its account's role": (
        READ, Policies(resource=ResourcePolicy(
            document=doc(allow("s3:*", OBJECTS, Principal={"AWS": ROLE})), account=ACCOUNT)), True,
    ),
    "a bucket that denies": (
        READ, identity(allow(), resource=ResourcePolicy(
            document=doc(deny("s3:*", Principal="*")), account=ACCOUNT)), False,
    ),
    "a bucket that says nothing": (
        READ, identity(allow(), resource=ResourcePolicy(document=doc(), account=ACCOUNT)), True,
    ),
    "a bucket of another account that says nothing": (
        READ, identity(allow(), resource=ResourcePolicy(document=doc(), account=OTHER)), False,
    ),
    "a bucket of another account that admits ours": (
        READ, identity(allow(), resource=ResourcePolicy(
            document=doc(allow("s3:*", OBJECTS, Principal={"AWS": ROOT})), account=OTHER)), True,
    ),
    "the other account admits, ours does not": (
        READ, Policies(resource=ResourcePolicy(
            document=doc(allow("s3:*", OBJECTS, Principal={"AWS": ROOT})), account=OTHER)), False,
    ),
    "a key that leaves it to the account": (
        DECRYPT, identity(allow("kms:*", KEY), resource=ResourcePolicy(
            document=doc(allow("kms:*", Principal={"AWS": ROOT})),
            account=ACCOUNT, delegation=Delegation.GOVERNS)), True,
    ),
    "a key that does not": (
        DECRYPT, identity(allow("kms:*", KEY), resource=ResourcePolicy(
            document=doc(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{OTHER}:root"})),
            account=ACCOUNT, delegation=Delegation.GOVERNS)), False,
    ),
    "a key that names the role": (
        DECRYPT, Policies(resource=ResourcePolicy(
            document=doc(allow("kms:*", Principal={"AWS": ROLE})),
            account=ACCOUNT, delegation=Delegation.GOVERNS)), True,
    ),
    "a principal that is none of ours": (
        DECRYPT, Policies(resource=ResourcePolicy(
            document=doc(allow("kms:*", Principal={"Service": "logs.amazonaws.com"})),
            account=ACCOUNT, delegation=Delegation.GOVERNS)), False,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "policies", "allowed"), DECISIONS.values(), ids=DECISIONS.keys())
def test_a_decision(asked: Ask, policies: Policies, allowed: bool) -> None:
    assert decide(asked, policies, PRINCIPAL).allowed is allowed


TAG, REGION = "aws:ResourceTag/ours", "aws:RequestedRegion"
KEYS: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    "equal": (when("StringEquals", TAG, "true"), {TAG: "true"}, True),
    "equal, with the key in other letters": (
        when("StringEquals", "AWS:resourcetag/ours", "true"), {TAG: "true"}, True),
    "not equal": (when("StringEquals", TAG, "true"), {TAG: "yes"}, False),
    "a key that is not there": (when("StringEquals", TAG, "true"), {}, False),
    "one of the values": (when("StringEquals", REGION, ["eu", "us"]), {REGION: "us"}, True),
    "equals takes no wildcard": (when("StringEquals", REGION, "e*"), {REGION: "eu"}, False),
    "like takes one": (when("StringLike", REGION, "e*"), {REGION: "eu"}, True),
    "not equal to a key that is not there": (when("StringNotEquals", TAG, "x"), {}, True),
    "not like": (when("StringNotLike", REGION, "e*"), {REGION: "eu"}, False),
    "if it exists and is equal": (when("StringEqualsIfExists", TAG, "true"), {TAG: "true"}, True),
    "if it exists and is not": (when("StringEqualsIfExists", TAG, "true"), {TAG: "x"}, False),
    "if it exists, and does not": (when("StringEqualsIfExists", TAG, "true"), {}, True),
    "null wants absence": (when("Null", TAG, "true"), {}, True),
    "null wants absence and finds": (when("Null", TAG, "true"), {TAG: "x"}, False),
    "null wants presence": (when("Null", TAG, "false"), {TAG: "x"}, True),
    "bool": (when("Bool", "aws:SecureTransport", "true"), {"aws:SecureTransport": "true"}, True),
    "a bool as JSON": (
        when("Bool", "aws:SecureTransport", False), {"aws:SecureTransport": "true"}, False),
    "an ARN by segments": (
        when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/op*"),
        {"aws:PrincipalArn": ROLE}, True),
    "no wildcard over colons": (
        when("ArnLike", "aws:PrincipalArn", "arn:aws:*:role/op*"),
        {"aws:PrincipalArn": ROLE}, False),
    "ArnEquals takes wildcards too": (
        when("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::*:role/*"),
        {"aws:PrincipalArn": ROLE}, True),
    "an address in the network": (
        when("IpAddress", "aws:SourceIp", "10.0.0.0/8"), {"aws:SourceIp": "10.1.2.3"}, True),
    "an address outside of it": (
        when("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"), {"aws:SourceIp": "11.1.2.3"}, True),
    "a number": (when("NumericLessThan", "s3:TlsVersion", "1.2"), {"s3:TlsVersion": "1.3"}, False),
    "all values": (
        when("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b"]), {"aws:TagKeys": ["a"]}, True),
    "all values, one of them other": (
        when("ForAllValues:StringEquals", "aws:TagKeys", ["a"]),
        {"aws:TagKeys": ["a", "c"]}, False),
    "all of no values": (when("ForAllValues:StringEquals", "aws:TagKeys", "a"), {}, True),
    "none of the values": (
        when("ForAllValues:StringNotEquals", "aws:TagKeys", "a"), {"aws:TagKeys": ["b"]}, True),
    "none of the values, but one": (
        when("ForAllValues:StringNotEquals", "aws:TagKeys", "a"),
        {"aws:TagKeys": ["b", "a"]}, False),
    "any value": (
        when("ForAnyValue:StringEquals", "aws:TagKeys", "a"), {"aws:TagKeys": ["b", "a"]}, True),
    "any of no values": (when("ForAnyValue:StringEquals", "aws:TagKeys", "a"), {}, False),
    "any value that is not": (
        when("ForAnyValue:StringNotEquals", "aws:TagKeys", "a"), {"aws:TagKeys": ["b", "a"]}, True),
    "a variable": (
        when("StringEquals", TAG, "${aws:PrincipalTag/team}"),
        {TAG: "x", "aws:PrincipalTag/team": "x"}, True),
    "a variable without a value": (
        when("StringEquals", TAG, "${aws:PrincipalTag/team}"), {TAG: ""}, False),
    "a variable's default": (
        when("StringEquals", TAG, "${aws:PrincipalTag/team, 'x'}"), {TAG: "x"}, True),
    "a variable's wildcard is none": (
        when("StringLike", TAG, "${aws:PrincipalTag/team}"),
        {TAG: "anything", "aws:PrincipalTag/team": "*"}, False),
    "a star that is meant": (when("StringLike", TAG, "${*}x"), {TAG: "*x"}, True),
    "two keys, both": (
        {"Condition": {"StringEquals": {TAG: "true", REGION: "eu"}}},
        {TAG: "true", REGION: "eu"}, True),
    "two keys, one": (
        {"Condition": {"StringEquals": {TAG: "true", REGION: "eu"}}}, {TAG: "true"}, False),
}  # fmt: skip


@pytest.mark.parametrize(("condition", "context", "allowed"), KEYS.values(), ids=KEYS.keys())
def test_a_condition(condition: dict[str, Any], context: dict[str, Any], allowed: bool) -> None:
    policies = identity(allow("ec2:*", "*", **condition))
    assert decide(ask("ec2:DeleteVpc", VPC, context), policies, PRINCIPAL).allowed is allowed


def test_a_resource_with_a_variable() -> None:
    policies = identity(allow("s3:GetObject", BUCKET + "/${aws:PrincipalTag/team}/*"))
    own = {"aws:PrincipalTag/team": "red"}
    assert decide(ask("s3:GetObject", f"{BUCKET}/red/a", own), policies, PRINCIPAL).allowed
    assert not decide(ask("s3:GetObject", f"{BUCKET}/blue/a", own), policies, PRINCIPAL).allowed
    assert not decide(ask("s3:GetObject", f"{BUCKET}//a"), policies, PRINCIPAL).allowed


def test_the_deciding_statement_is_named() -> None:
    policies = identity(allow("s3:*"), allow("ec2:*"), deny("ec2:DeleteVpc"))
    assert decide(READ, policies, PRINCIPAL).statement == "rights #1"
    refused = decide(DELETE, policies, PRINCIPAL)
    assert (refused.reason, refused.statement) == ("explicit deny", "rights #3")
