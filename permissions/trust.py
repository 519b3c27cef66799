"""Who may take on a role: trust policies."""

from dataclasses import dataclass
from typing import Any

from permissions.names import BucketPurpose, Scope

Document = dict[str, Any]

AUDIENCE = "sts.amazonaws.com"
"""Whom a pipeline's token is for."""


@dataclass(frozen=True, kw_only=True)
class Operator:
    """The operator of ClickHouse, as the customer's account sees it."""

    account: str
    principal: str
    """Name pattern of the roles that may come in."""
    external_id: str

    def principal_arn(self, partition: str) -> str:
        return f"arn:{partition}:iam::{self.account}:role/{self.principal}"


def operator_trust(operator: Operator, partition: str) -> Document:
    """One account, in it only the roles of the pattern, and only with the agreed external id."""
    return _trust(
        {"AWS": f"arn:{partition}:iam::{operator.account}:root"},
        ["sts:AssumeRole"],
        {
            "StringLike": {"aws:PrincipalArn": operator.principal_arn(partition)},
            "StringEquals": {"sts:ExternalId": operator.external_id},
        },
    )


def own_role_trust(scope: Scope, role_arn: str, external_id: str) -> Document:
    """One role of the account itself, under the external id that holds for the operator."""
    return _trust(
        {"AWS": f"arn:{scope.partition}:iam::{scope.account}:root"},
        ["sts:AssumeRole"],
        {
            "ArnEquals": {"aws:PrincipalArn": role_arn},
            "StringEquals": {"sts:ExternalId": external_id},
        },
    )


def joined(*trusts: Document) -> Document:
    """Whoever one of them lets in."""
    statements = [statement for trust in trusts for statement in trust["Statement"]]
    return {"Version": "2012-10-17", "Statement": statements}


def web_identity_trust(provider_arn: str, issuer: str, subjects: tuple[str, ...]) -> Document:
    """Jobs whose token names one of the subjects, and AWS as the one whom it is for."""
    return _trust(
        {"Federated": provider_arn},
        ["sts:AssumeRoleWithWebIdentity"],
        {
            "StringEquals": {f"{issuer}:aud": AUDIENCE},
            "StringLike": {f"{issuer}:sub": list(subjects)},
        },
    )


def pod_trust(scope: Scope, namespace: str, service_account: str) -> Document:
    """EKS Pod Identity, for one service account of this one cluster."""
    return _trust(
        {"Service": "pods.eks.amazonaws.com"},
        ["sts:AssumeRole", "sts:TagSession"],
        {
            "StringEquals": {
                "aws:SourceAccount": scope.account,
                "aws:RequestTag/kubernetes-namespace": namespace,
                "aws:RequestTag/kubernetes-service-account": service_account,
            },
            "ArnEquals": {"aws:SourceArn": scope.cluster_arn},
        },
    )


def chained_trust(scope: Scope, suffix: str) -> Document:
    """Whoever has another role of this deployment; a pod's session hands its tags on."""
    return _trust(
        {"AWS": f"arn:{scope.partition}:iam::{scope.account}:root"},
        ["sts:AssumeRole", "sts:TagSession"],
        {"ArnEquals": {"aws:PrincipalArn": scope.role_arn(suffix)}},
    )


def cluster_trust(scope: Scope) -> Document:
    return _trust(
        {"Service": "eks.amazonaws.com"},
        ["sts:AssumeRole"],
        {
            "StringEquals": {"aws:SourceAccount": scope.account},
            "ArnLike": {"aws:SourceArn": scope.cluster_arn},
        },
    )


def node_trust() -> Document:
    """EC2 hands an instance its own role only; it sends no source to bind to."""
    return _trust({"Service": "ec2.amazonaws.com"}, ["sts:AssumeRole"], {})


def flow_log_trust(scope: Scope) -> Document:
    source = f"arn:{scope.partition}:ec2:{scope.region}:{scope.account}:vpc-flow-log/*"
    return _trust(
        {"Service": "vpc-flow-logs.amazonaws.com"},
        ["sts:AssumeRole"],
        {
            "StringEquals": {"aws:SourceAccount": scope.account},
            "ArnLike": {"aws:SourceArn": source},
        },
    )


def bucket_trust(scope: Scope) -> Document:
    """S3, for what is copied out of the backup bucket."""
    return _trust(
        {"Service": "s3.amazonaws.com"},
        ["sts:AssumeRole"],
        {
            "StringEquals": {"aws:SourceAccount": scope.account},
            "ArnEquals": {"aws:SourceArn": scope.bucket_arn(BucketPurpose.BACKUP)},
        },
    )


def _trust(principal: Document, actions: list[str], condition: Document) -> Document:
    statement: Document = {"Effect": "Allow", "Principal": principal, "Action": actions}
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}
