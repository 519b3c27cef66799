"""The ceiling over every role of a deployment: what none of them can ever do, whatever is granted.

It holds whole services where AWS's own policies for nodes and control plane use most of them, and
nothing of IAM but two service-linked roles. The access role may make roles only under this policy,
and has no right to change it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from permissions.conditions import IN_REGION, equals
from permissions.documents import condition_block
from permissions.names import Scope
from permissions.rows import Condition


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    reason: str
    conditions: tuple[Condition, ...] = ()


BUCKETS = ("data_bucket", "backup_bucket", "monitoring_bucket")

CEILINGS = (
    Ceiling(
        actions=("ec2:*", "elasticloadbalancing:*", "autoscaling:*"),
        resources=("*",),
        conditions=(IN_REGION,),
        reason="Control plane, network plug-in, volume driver and load balancers work on these;"
        " AWS's own policies name the actions and hold for every resource.",
    ),
    Ceiling(
        actions=(
            "ecr:GetAuthorizationToken",
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
            "ecr:Describe*",
            "ecr:Get*",
            "ecr:List*",
        ),
        resources=("*",),
        reason="Nodes pull images from registries of AWS and of the operator.",
    ),
    Ceiling(
        actions=("eks:Describe*", "eks-auth:AssumeRoleForPodIdentity"),
        resources=("*",),
        conditions=(IN_REGION,),
        reason="Nodes look their cluster up and hand pods their identity.",
    ),
    Ceiling(
        actions=(
            "s3:GetObject*",
            "s3:PutObject*",
            "s3:DeleteObject*",
            "s3:AbortMultipartUpload",
            "s3:List*",
            "s3:GetBucket*",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:GetMetricsConfiguration",
        ),
        resources=(
            *(f"arn:{{partition}}:s3:::{{{bucket}}}" for bucket in BUCKETS),
            *(f"arn:{{partition}}:s3:::{{{bucket}}}/*" for bucket in BUCKETS),
        ),
        reason="The three buckets of this deployment, and no other.",
    ),
    Ceiling(
        actions=(
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:ReEncrypt*",
            "kms:GenerateDataKey*",
            "kms:DescribeKey",
            "kms:CreateGrant",
            "kms:ListGrants",
        ),
        resources=("arn:{partition}:kms:{region}:{account}:key/*",),
        reason="Keys of the deployment, or the customer's own, in this account and region.",
    ),
    Ceiling(
        actions=("logs:CreateLogStream", "logs:PutLogEvents", "logs:Describe*"),
        resources=("arn:{partition}:logs:{region}:{account}:log-group:/byoc/{prefix}/*",),
        reason="Log groups of this deployment.",
    ),
    Ceiling(
        actions=(
            "route53:ChangeResourceRecordSets",
            "route53:List*",
            "route53:GetChange",
        ),
        resources=("*",),
        reason="Names and certificate of the endpoints; the role names the zone.",
    ),
    Ceiling(
        actions=("sts:AssumeRole", "sts:TagSession"),
        resources=("arn:{partition}:iam::*:role/ClickHouseAccessRole-*",),
        reason="Roles that the customer made for ClickHouse to read other buckets.",
    ),
    Ceiling(
        actions=("sts:AssumeRole", "sts:TagSession"),
        resources=("arn:{partition}:iam::{account}:role/{prefix}-tde-delegate",),
        reason="The role that opens data keys of servers.",
    ),
    Ceiling(
        actions=("iam:CreateServiceLinkedRole",),
        resources=("arn:{partition}:iam::{account}:role/aws-service-role/*",),
        conditions=(
            equals(
                "iam:AWSServiceName",
                "elasticloadbalancing.amazonaws.com",
                "autoscaling.amazonaws.com",
            ),
        ),
        reason="Load balancers and node groups need them once in an account.",
    ),
)

REPLICA_CEILINGS = (
    Ceiling(
        actions=("s3:GetReplicationConfiguration",),
        resources=("arn:{partition}:s3:::{backup_bucket}",),
        reason="S3 copies what the backup bucket says.",
    ),
    Ceiling(
        actions=("s3:ReplicateObject", "s3:ReplicateTags"),
        resources=("arn:{partition}:s3:::{replica_bucket}/*",),
        reason="Copies of backups, in the one bucket for them.",
    ),
    Ceiling(
        actions=("kms:Encrypt", "kms:GenerateDataKey"),
        resources=("arn:{partition}:kms:{replica_region}:{account}:key/*",),
        reason="The owner's key of the copies, in their region.",
    ),
)

OPERATOR_CEILING = Ceiling(
    actions=("sts:AssumeRole",),
    resources=(
        "arn:{partition}:iam::{operator_account}:role/*-state-exporter",
        "arn:{partition}:iam::{operator_account}:role/*-clickhouse-scraper",
    ),
    reason="Roles of the operator that take state and usage in.",
)


def boundary_document(scope: Scope) -> dict[str, Any]:
    ceilings = (
        *CEILINGS,
        *((OPERATOR_CEILING,) if scope.operator_account else ()),
        *(REPLICA_CEILINGS if scope.replica_region else ()),
    )
    return ceiling_document(ceilings, scope)


def ceiling_document(ceilings: Iterable[Ceiling], scope: Scope) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [_statement(c, scope) for c in ceilings]}


def _statement(ceiling: Ceiling, scope: Scope) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": list(ceiling.actions),
        "Resource": [scope.fill(resource) for resource in ceiling.resources],
    }
    if ceiling.conditions:
        statement["Condition"] = condition_block(ceiling.conditions, scope)
    return statement
