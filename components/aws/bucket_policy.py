"""What a bucket's own policy refuses to everybody, whatever their rights are; and who may log."""

from dataclasses import dataclass
from typing import Any

from permissions.names import BucketPurpose, Scope

OLDEST_TLS = "1.2"
OBJECTS = ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*", "s3:RestoreObject"]
REMOVAL = ["s3:DeleteObject", "s3:DeleteObjectVersion"]

Statement = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Closed:
    """Objects are reached from one VPC alone.

    Only objects: whoever may change the bucket can always take this back. The account's root and
    the named roles stay outside of it, and so do services of AWS, such as the delivery of logs.
    """

    vpc_id: str
    outside_role_arns: tuple[str, ...] = ()


def bucket_policy(
    scope: Scope,
    purpose: BucketPurpose,
    *,
    guarded: bool,
    closed: Closed | None = None,
    log_sources: tuple[BucketPurpose, ...] = (),
) -> dict[str, Any]:
    arn = scope.bucket_arn(purpose)
    return {
        "Version": "2012-10-17",
        "Statement": [
            *only_tls(arn),
            *(stays(scope, arn) if guarded else ()),
            *((only_from_vpc(scope, arn, closed),) if closed else ()),
            *((takes_logs(scope, arn, log_sources),) if log_sources else ()),
        ],
    }


def only_tls(arn: str) -> tuple[Statement, ...]:
    both = [arn, f"{arn}/*"]
    return (
        deny("OnlyTls", ["s3:*"], both, {"Bool": {"aws:SecureTransport": "false"}}),
        deny("OnlyRecentTls", ["s3:*"], both, {"NumericLessThan": {"s3:TlsVersion": OLDEST_TLS}}),
    )


def stays(scope: Scope, arn: str) -> tuple[Statement, ...]:
    """Nobody deletes a guarded bucket, and the operator empties none, before a first step has made
    it disposable."""
    operator = f"arn:{scope.partition}:iam::{scope.account}:role/{scope.access_role}*"
    return (
        deny("GuardedBucketStays", ["s3:DeleteBucket"], [arn], {}),
        deny(
            "OperatorEmptiesNoGuardedBucket",
            REMOVAL,
            [f"{arn}/*"],
            {"ArnLike": {"aws:PrincipalArn": operator}},
        ),
    )


def only_from_vpc(scope: Scope, arn: str, closed: Closed) -> Statement:
    root = f"arn:{scope.partition}:iam::{scope.account}:root"
    return deny(
        "OnlyFromVpc",
        OBJECTS,
        [f"{arn}/*"],
        {
            "StringNotEquals": {"aws:SourceVpc": closed.vpc_id},
            "ArnNotLike": {"aws:PrincipalArn": [root, *closed.outside_role_arns]},
            "Bool": {"aws:PrincipalIsAWSService": "false"},
        },
    )


def takes_logs(scope: Scope, arn: str, sources: tuple[BucketPurpose, ...]) -> Statement:
    return {
        "Sid": "AccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{arn}/*",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": scope.account},
            "ArnEquals": {"aws:SourceArn": [scope.bucket_arn(source) for source in sources]},
        },
    }


def deny(
    sid: str, actions: list[str], resources: list[str], condition: dict[str, Any]
) -> Statement:
    statement: Statement = {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        "Action": actions,
        "Resource": resources,
    }
    return statement | ({"Condition": condition} if condition else {})
