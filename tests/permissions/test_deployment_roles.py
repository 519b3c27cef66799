"""The roles of nodes and pods: who takes them on, what they may do, and the ceiling above them."""

import re
from dataclasses import replace
from typing import Any

import pytest

from permissions.boundary import CEILINGS, boundary_document
from permissions.deployment.managed_policies import MANAGED_POLICIES
from permissions.deployment.roles import (
    DEPLOYMENT_ROLES,
    DeploymentRole,
    RoleFeature,
    ServiceAccount,
    needed_roles,
    trust_policy,
)
from permissions.documents import MANAGED_POLICY_LIMIT, document, size
from permissions.names import LONGEST_SUFFIX, Scope
from permissions.rows import Grant
from permissions.trust import Operator
from tests.permissions.evaluator import allows, trusts

SCOPE = Scope(
    name="acme",
    region="us-east-1",
    account="111111111111",
    operator_account="222222222222",
    replica_region="eu-west-1",
)
OPERATOR = Operator(account="222222222222", principal="*-Crossplane", external_id="agreed-id")
INLINE_POLICY_LIMIT = 10_240
BY_SUFFIX = {role.suffix: role for role in DEPLOYMENT_ROLES}
IDS = list(BY_SUFFIX)
ROWS = [row for role in DEPLOYMENT_ROLES for row in role.rows]
POD_ROLES = [role for role in DEPLOYMENT_ROLES if isinstance(role.taken_on_by, ServiceAccount)]
PODS = {"Service": "pods.eks.amazonaws.com"}


def policy(suffix: str) -> dict[str, Any]:
    return document(BY_SUFFIX[suffix].rows, SCOPE)


def pod_context(role: DeploymentRole) -> dict[str, str]:
    assert isinstance(role.taken_on_by, ServiceAccount)
    return {
        "aws:SourceAccount": "111111111111",
        "aws:SourceArn": SCOPE.cluster_arn,
        "aws:RequestTag/kubernetes-namespace": role.taken_on_by.namespace,
        "aws:RequestTag/kubernetes-service-account": role.taken_on_by.name,
    }


@pytest.mark.parametrize("role", POD_ROLES, ids=lambda role: role.suffix)
def test_a_pod_role_trusts_one_service_account_of_one_cluster(role: DeploymentRole) -> None:
    trust = trust_policy(role, SCOPE, OPERATOR)
    context = pod_context(role)
    assert trusts(trust, PODS, context)
    for key, other in {
        "aws:SourceAccount": "333333333333",
        "aws:SourceArn": SCOPE.cluster_arn + "-other",
        "aws:RequestTag/kubernetes-namespace": "elsewhere",
        "aws:RequestTag/kubernetes-service-account": "other",
    }.items():
        assert not trusts(trust, PODS, context | {key: other})
        assert not trusts(trust, PODS, {k: v for k, v in context.items() if k != key})


@pytest.mark.parametrize("role", DEPLOYMENT_ROLES, ids=IDS)
def test_no_role_trusts_everybody(role: DeploymentRole) -> None:
    for statement in trust_policy(role, SCOPE, OPERATOR)["Statement"]:
        assert statement["Principal"] not in ("*", {"AWS": "*"})
        assert set(statement["Action"]) <= {"sts:AssumeRole", "sts:TagSession"}


def test_the_operator_needs_the_external_id_and_the_name_of_its_role() -> None:
    trust = trust_policy(BY_SUFFIX["data-plane-mgmt"], SCOPE, OPERATOR)
    root = {"AWS": "arn:aws:iam::222222222222:root"}
    right = {
        "aws:PrincipalArn": "arn:aws:iam::222222222222:role/prod-Crossplane",
        "sts:ExternalId": "agreed-id",
    }
    assert trusts(trust, root, right)
    assert not trusts(trust, root, right | {"sts:ExternalId": "guessed"})
    assert not trusts(trust, root, {k: v for k, v in right.items() if k != "sts:ExternalId"})
    assert not trusts(
        trust, root, right | {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/intern"}
    )
    assert not trusts(trust, {"AWS": "arn:aws:iam::333333333333:root"}, right)


KMS_KEY = "arn:aws:kms:us-east-1:111111111111:key/k"
S3 = "arn:aws:s3:::acme-us-east-1-111111111111-"


@pytest.mark.parametrize(
    ("suffix", "action", "resource", "allowed"),
    [
        ("CH-S3-Role", "s3:PutObject", f"{S3}data/ch-s3-main-1/x", True),
        ("CH-S3-Role", "s3:PutObject", f"{S3}data/other/x", False),
        ("CH-S3-Role", "s3:GetObject", f"{S3}monitoring/x", False),
        ("CH-S3-Role", "s3:DeleteBucket", f"{S3}data", False),
        ("CH-S3-Role", "s3:GetObject", "arn:aws:s3:::payroll/x", False),
        ("backup-replication", "s3:ReplicateObject", f"{S3}replica/ch-s3-main-1/x", True),
        ("backup-replication", "s3:ReplicateDelete", f"{S3}replica/ch-s3-main-1/x", False),
        ("backup-replication", "s3:GetObjectVersionForReplication", f"{S3}data/x", False),
        ("thanos", "s3:PutObject", f"{S3}monitoring/x", True),
        ("thanos", "s3:GetObject", f"{S3}data/ch-s3-main-1/x", False),
        ("controller", "s3:DeleteObject", f"{S3}data/ch-s3-main-1/x", True),
        ("controller", "s3:DeleteObject", f"{S3}monitoring/x", False),
        ("controller", "kms:Decrypt", KMS_KEY, False),
        ("controller", "kms:GenerateDataKeyWithoutPlaintext", KMS_KEY, False),
        ("controller", "kms:DescribeKey", KMS_KEY, True),
        ("controller", "kms:DescribeKey", KMS_KEY.replace("111111111111", "2" * 12), False),
        (
            "state-exporter",
            "sts:AssumeRole",
            "arn:aws:iam::222222222222:role/x-state-exporter",
            True,
        ),
        ("state-exporter", "sts:AssumeRole", "arn:aws:iam::111111111111:role/admin", False),
        ("data-plane-mgmt", "s3:GetObject", f"{S3}data/ch-s3-main-1/x", False),
    ],
)
def test_a_role_reaches_its_own_things_and_no_others(
    suffix: str, action: str, resource: str, allowed: bool
) -> None:
    assert allows(policy(suffix), action, resource) is allowed


@pytest.mark.parametrize(
    "action", ["kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
)
def test_data_keys_are_made_for_the_own_deployment_alone(action: str) -> None:
    told = "kms:EncryptionContext:byoc:deployment"
    assert allows(policy("controller"), action, KMS_KEY, {told: "acme"})
    assert not allows(policy("controller"), action, KMS_KEY, {told: "another"})
    assert not allows(boundary_document(SCOPE), action, KMS_KEY.replace("us-east-1", "us-west-2"))


def test_listing_is_bound_to_the_prefix_of_warehouses() -> None:
    assert allows(policy("CH-S3-Role"), "s3:ListBucket", f"{S3}data", {"s3:prefix": "ch-s3-main/"})
    assert not allows(policy("CH-S3-Role"), "s3:ListBucket", f"{S3}data", {"s3:prefix": ""})
    assert not allows(policy("CH-S3-Role"), "s3:ListBucket", f"{S3}data")


def test_the_load_balancer_controller_touches_only_its_clusters_balancers() -> None:
    balancer = "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/a/b"
    action, key = "elasticloadbalancing:DeleteLoadBalancer", "aws:ResourceTag/elbv2.k8s.aws/cluster"
    document_ = policy("load-balancer-controller")
    assert allows(document_, action, balancer, {key: "clickhouse-cloud-acme"})
    assert not allows(document_, action, balancer, {key: "production"})
    assert not allows(document_, action, balancer)


@pytest.mark.parametrize(
    "action", ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
)
def test_the_autoscaler_sizes_only_its_clusters_groups(action: str) -> None:
    group = "arn:aws:autoscaling:us-east-1:111111111111:autoScalingGroup:u-1:autoScalingGroupName/x"
    key = "aws:ResourceTag/k8s.io/cluster-autoscaler/clickhouse-cloud-acme"
    document_ = policy("cluster-autoscaler")
    assert allows(document_, action, group, {key: "owned"})
    assert not allows(document_, action, group, {key: "shared"})
    assert not allows(document_, action, group, {key.replace("acme", "other"): "owned"})
    assert not allows(document_, action, group)


def test_the_autoscaler_asks_for_no_more_than_a_list_of_types_needs() -> None:
    """Groups of EKS have no launch configurations, and no requirements in place of types."""
    assert {row.action for row in BY_SUFFIX["cluster-autoscaler"].rows} == {
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeScalingActivities",
        "autoscaling:SetDesiredCapacity",
        "autoscaling:TerminateInstanceInAutoScalingGroup",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplateVersions",
        "eks:DescribeNodegroup",
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.component} {row.action}")
def test_the_boundary_lets_through_what_a_role_needs(row: Grant) -> None:
    resource = re.sub(r"\*", "x", SCOPE.fill(row.resource))
    context = {
        "aws:RequestedRegion": "us-east-1",
        "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com",
    }
    assert allows(boundary_document(SCOPE), row.action, resource, context)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateRole", "arn:aws:iam::111111111111:role/x"),
        ("iam:PutRolePolicy", "arn:aws:iam::111111111111:role/acme-us-east-1-thanos"),
        ("iam:PassRole", "arn:aws:iam::111111111111:role/x"),
        ("s3:GetObject", "arn:aws:s3:::payroll/x"),
        ("s3:PutBucketPolicy", f"{S3}data"),
        ("s3:DeleteBucket", f"{S3}data"),
        ("sts:AssumeRole", "arn:aws:iam::111111111111:role/admin"),
        ("eks:CreateAccessEntry", SCOPE.cluster_arn),
        ("kms:ScheduleKeyDeletion", "arn:aws:kms:us-east-1:111111111111:key/k"),
        ("kms:PutKeyPolicy", "arn:aws:kms:us-east-1:111111111111:key/k"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:111111111111:secret:x"),
        ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:111111111111:table/x"),
    ],
)
def test_the_boundary_stops_what_no_role_of_a_deployment_may_do(action: str, resource: str) -> None:
    assert not allows(
        boundary_document(SCOPE), action, resource, {"aws:RequestedRegion": "us-east-1"}
    )


def test_the_boundary_ends_at_the_region() -> None:
    assert not allows(
        boundary_document(SCOPE), "ec2:RunInstances", "x", {"aws:RequestedRegion": "eu-west-1"}
    )


def test_the_boundary_knows_copies_of_backups_only_where_there_are_some() -> None:
    copying = ("s3:ReplicateObject", f"arn:aws:s3:::{SCOPE.fill('{replica_bucket}')}/x")
    assert allows(boundary_document(SCOPE), *copying)
    assert not allows(boundary_document(replace(SCOPE, replica_region="")), *copying)


def test_the_boundary_fits_and_every_ceiling_has_a_reason() -> None:
    assert size(boundary_document(SCOPE)) <= MANAGED_POLICY_LIMIT
    assert all(ceiling.reason.endswith(".") for ceiling in CEILINGS)


@pytest.mark.parametrize("role", DEPLOYMENT_ROLES, ids=IDS)
def test_names_and_documents_keep_to_iams_limits(role: DeploymentRole) -> None:
    longest = Scope(name="a" * 23, region="ap-southeast-1", account="111111111111")
    assert len(role.suffix) <= LONGEST_SUFFIX
    assert len(longest.role_name(role.suffix)) <= 64
    assert size(document(role.rows, longest)) <= INLINE_POLICY_LIMIT
    assert set(role.managed_policies) <= set(MANAGED_POLICIES)
    assert {row.component for row in role.rows} <= {role.suffix}


def test_roles_follow_what_the_deployment_has() -> None:
    none = {role.suffix for role in needed_roles(frozenset())}
    everything = {role.suffix for role in needed_roles(frozenset(RoleFeature))}
    assert none == {
        "k8s-control-plane", "k8s-worker", "ebs-csi-driver", "CH-S3-Role", "controller",
    }  # fmt: skip
    assert everything == set(BY_SUFFIX)
