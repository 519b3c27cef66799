"""Who may use KMS keys: policies of the deployment's own, and what the customer's have to allow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from permissions.deployment.data_keys import DEPLOYMENT_CONTEXT
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
    TDE = "tde"
    REPLICA = "replica"


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing that a key's policy has to allow."""

    sid: str
    purpose: str
    """In words, behind `does not allow`."""
    principal: Mapping[str, str]
    actions: list[str]
    condition: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    also_named: tuple[str, ...] = ()
    """Principals that a policy of the customer's may name in its place."""


@dataclass(frozen=True, kw_only=True)
class KeySpec:
    purpose: KeyPurpose
    description: str
    by_roles: tuple[str, ...]
    """What roles of the deployment do with it, whose IAM policies the key has to trust."""
    users: Callable[[Scope], list[Need]]
    """Who uses it beside the account's own IAM policies."""
    optional: bool = False
    reserved: Callable[[Scope], list["Reserved"]] = lambda scope: []


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """What one role alone may do with a key of ours, whatever else the account allows."""

    sid: str
    actions: list[str]
    role_arn: str


def no_more(scope: Scope) -> list[Need]:
    return []


def volume_users(scope: Scope) -> list[Need]:
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
    starting = (
        f"arn:{scope.partition}:iam::{scope.account}:role/aws-service-role/"
        "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    )
    return [
        Need(
            sid="VolumesThroughEc2",
            purpose="volumes of nodes that EC2 starts",
            principal={"AWS": "*"},
            actions=USE,
            condition=condition,
            also_named=(starting,),
        ),
        Need(
            sid="GrantsForVolumes",
            purpose="grants for volumes of nodes that EC2 starts",
            principal={"AWS": "*"},
            actions=["kms:CreateGrant"],
            condition=grant,
            also_named=(starting,),
        ),
    ]


def log_users(scope: Scope) -> list[Need]:
    group = f"arn:{scope.partition}:logs:{scope.region}:{scope.account}:log-group:*"
    return [
        Need(
            sid="CloudWatchLogs",
            purpose="CloudWatch to encrypt log groups",
            principal={"Service": f"logs.{scope.region}.amazonaws.com"},
            actions=USE,
            condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": group}},
        )
    ]


def tde_users(scope: Scope) -> list[Need]:
    """Servers open data keys by a role that has no rights by itself; the controller has them made
    and wrapped, and sees none."""
    return [
        data_key_need(
            scope,
            "tde-delegate",
            sid="DataKeysOfServers",
            purpose="servers to open their data keys",
            actions=["kms:Decrypt"],
        ),
        data_key_need(
            scope,
            "controller",
            sid="DataKeysMade",
            purpose="the controller to have data keys made and wrapped anew",
            actions=[
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
        ),
    ]


def data_key_need(scope: Scope, suffix: str, *, sid: str, purpose: str, actions: list[str]) -> Need:
    role = scope.role_arn(suffix)
    return Need(
        sid=sid,
        purpose=purpose,
        principal={"AWS": "*"},
        actions=actions,
        condition={
            "StringEquals": {
                "kms:CallerAccount": scope.account,
                f"kms:EncryptionContext:{DEPLOYMENT_CONTEXT}": scope.name,
            },
            "ArnEquals": {"aws:PrincipalArn": role},
        },
        also_named=(role,),
    )


def tde_reserved(scope: Scope) -> list[Reserved]:
    """Plaintext is for servers. Wrapping anew would be a way around that: by a key of one's own."""
    return [
        Reserved(
            sid="ServersAloneOpen",
            actions=["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair"],
            role_arn=scope.role_arn("tde-delegate"),
        ),
        Reserved(
            sid="ControllerAloneRewraps",
            actions=["kms:ReEncryptFrom"],
            role_arn=scope.role_arn("controller"),
        ),
    ]


KEYS = (
    KeySpec(
        purpose=KeyPurpose.SECRETS,
        description="Kubernetes Secrets",
        by_roles=(
            *("kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:CreateGrant"),
            "kms:ListGrants",
        ),
        users=no_more,
    ),
    KeySpec(
        purpose=KeyPurpose.BUCKETS,
        description="data, backups, metrics",
        by_roles=("kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"),
        users=no_more,
    ),
    KeySpec(
        purpose=KeyPurpose.VOLUMES,
        description="volumes of nodes, pods",
        by_roles=(*USE, "kms:CreateGrant"),
        users=volume_users,
    ),
    KeySpec(
        purpose=KeyPurpose.LOGS,
        description="log groups",
        by_roles=("kms:DescribeKey",),
        users=log_users,
    ),
    KeySpec(
        purpose=KeyPurpose.TDE,
        description="data keys of servers",
        by_roles=("kms:DescribeKey",),
        users=tde_users,
        optional=True,
        reserved=tde_reserved,
    ),
)
COPIES = KeySpec(
    purpose=KeyPurpose.REPLICA,
    description="copies of backups, in another region",
    by_roles=("kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"),
    users=no_more,
)
"""Always the customer's: the operator makes no key outside of the deployment's region."""
SPECS = {spec.purpose: spec for spec in (*KEYS, COPIES)}


def key_policy(spec: KeySpec, scope: Scope) -> dict[str, Any]:
    account = Need(
        sid="AccountThroughIam",
        purpose="the account's own IAM policies",
        principal={"AWS": root(scope)},
        actions=["kms:*"],
    )
    return {
        "Version": "2012-10-17",
        "Statement": [
            *(statement(need) for need in (account, *spec.users(scope))),
            *(refusal(reserved) for reserved in spec.reserved(scope)),
        ],
    }


def needs(purpose: KeyPurpose, scope: Scope) -> tuple[Need, ...]:
    """What a key of the customer's has to allow: less than ours do, which have no other owner."""
    spec = SPECS[purpose]
    by_roles = Need(
        sid="DeploymentThroughIam",
        purpose="roles of the deployment, by their IAM policies",
        principal={"AWS": root(scope)},
        actions=list(spec.by_roles),
    )
    return (by_roles, *spec.users(scope))


def statement(need: Need) -> Statement:
    made: Statement = {
        "Sid": need.sid,
        "Effect": "Allow",
        "Principal": dict(need.principal),
        "Action": need.actions,
        "Resource": "*",
    }
    return made | ({"Condition": need.condition} if need.condition else {})


def refusal(reserved: Reserved) -> Statement:
    return {
        "Sid": reserved.sid,
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": reserved.actions,
        "Resource": "*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": reserved.role_arn}},
    }


def root(scope: Scope) -> str:
    return f"arn:{scope.partition}:iam::{scope.account}:root"
