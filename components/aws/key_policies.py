"""Who may use the deployment's KMS keys: their key policies."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from permissions.names import Scope

Statement = dict[str, Any]

USE = [
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:DescribeKey",
]


class KeyPurpose(StrEnum):
    SECRETS = "secrets"
    BUCKETS = "buckets"
    VOLUMES = "volumes"
    LOGS = "logs"


@dataclass(frozen=True, kw_only=True)
class KeySpec:
    purpose: KeyPurpose
    description: str
    users: Callable[[Scope], list[Statement]]
    """Statements beside the one that leaves the key to the account's own IAM policies."""


def no_more(scope: Scope) -> list[Statement]:
    return []


def volume_users(scope: Scope) -> list[Statement]:
    """As AWS's own EBS key: whoever of this account works with volumes through EC2.

    Node groups start instances by service-linked roles, whose policies nobody can extend.
    """
    condition = {
        "StringEquals": {
            "kms:CallerAccount": scope.account,
            "kms:ViaService": f"ec2.{scope.region}.amazonaws.com",
        }
    }
    grant = {"Bool": {"kms:GrantIsForAWSResource": "true"}} | condition
    return [
        _allow("VolumesThroughEc2", {"AWS": "*"}, USE, condition),
        _allow("GrantsForVolumes", {"AWS": "*"}, ["kms:CreateGrant"], grant),
    ]


def log_users(scope: Scope) -> list[Statement]:
    group = f"arn:{scope.partition}:logs:{scope.region}:{scope.account}:log-group:*"
    condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": group}}
    service = {"Service": f"logs.{scope.region}.amazonaws.com"}
    return [_allow("CloudWatchLogs", service, USE, condition)]


KEYS = (
    KeySpec(purpose=KeyPurpose.SECRETS, description="Kubernetes Secrets", users=no_more),
    KeySpec(purpose=KeyPurpose.BUCKETS, description="data, backups, metrics", users=no_more),
    KeySpec(purpose=KeyPurpose.VOLUMES, description="volumes of nodes, pods", users=volume_users),
    KeySpec(purpose=KeyPurpose.LOGS, description="log groups", users=log_users),
)


def key_policy(spec: KeySpec, scope: Scope) -> dict[str, Any]:
    root = {"AWS": f"arn:{scope.partition}:iam::{scope.account}:root"}
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("AccountThroughIam", root, ["kms:*"], {}),
            *spec.users(scope),
        ],
    }


def _allow(sid: str, principal: Statement, actions: list[str], condition: Statement) -> Statement:
    statement: Statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": actions,
        "Resource": "*",
    }
    return statement | ({"Condition": condition} if condition else {})
