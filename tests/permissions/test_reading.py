"""The reading role: who takes it on, what it sees, and that it changes and opens nothing."""

from __future__ import annotations

import pytest

from permissions.ci.pipelines import CiSystem, Pipelines
from permissions.ci.roles import CiRole, reading_trust, role_arn
from permissions.documents import document, size
from permissions.names import Scope
from permissions.operator import OPERATOR_ROWS
from permissions.operator.boundary import operator_boundary
from permissions.reading import (
    COMPONENT,
    READING_CEILING,
    READING_ROWS,
    reading_boundary,
    reading_role_arn,
    reading_role_name,
)
from permissions.trust import Operator
from tests.permissions.evaluator import Context, allows, trusts

SCOPE = Scope(
    name="acme", region="us-east-1", account="111111111111", operator_account="222222222222"
)
OPERATOR = Operator(account="222222222222", principal="*-Crossplane", external_id="agreed-id")
PIPELINES = Pipelines(
    system=CiSystem.GITHUB, repository="acme/x", environment="prod", state_bucket="acme-state"
)
PLANNER = "*-Planner"
PREVIEW = role_arn(CiRole.PREVIEW, SCOPE)
OWN, THEIRS = "arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"
STRANGER = "arn:aws:iam::333333333333:root"
PLANNING = "arn:aws:iam::222222222222:role/prod-Planner"

TAKERS: dict[str, tuple[str, str, str, bool]] = {
    "the operator's planner": (THEIRS, PLANNING, "agreed-id", True),
    "its planner without the id": (THEIRS, PLANNING, "guessed", False),
    "the operator's other roles": (
        THEIRS, "arn:aws:iam::222222222222:role/prod-Crossplane", "agreed-id", False,
    ),
    "a planner of another account": (
        STRANGER, "arn:aws:iam::333333333333:role/prod-Planner", "agreed-id", False,
    ),
    "the pipelines' preview": (OWN, PREVIEW, "agreed-id", True),
    "the preview without the id": (OWN, PREVIEW, "", False),
    "the pipelines' apply": (OWN, role_arn(CiRole.APPLY, SCOPE), "agreed-id", False),
    "somebody of the account": (OWN, "arn:aws:iam::111111111111:role/intern", "agreed-id", False),
}  # fmt: skip


@pytest.mark.parametrize(
    ("account", "principal", "external_id", "taken"), TAKERS.values(), ids=TAKERS.keys()
)
def test_it_is_taken_on_to_plan_and_by_nobody_else(
    account: str, principal: str, external_id: str, taken: bool
) -> None:
    trust = reading_trust(OPERATOR, PLANNER, SCOPE, PIPELINES)
    assert trust is not None
    asked = {"aws:PrincipalArn": principal, "sts:ExternalId": external_id}
    assert trusts(trust, {"AWS": account}, asked) is taken
    assert size(trust) <= 2048


def test_who_is_not_named_is_not_let_in() -> None:
    own = {"aws:PrincipalArn": PREVIEW, "sts:ExternalId": "agreed-id"}
    theirs = {"aws:PrincipalArn": PLANNING, "sts:ExternalId": "agreed-id"}
    assert reading_trust(OPERATOR, None, SCOPE, None) is None
    by_pipelines = reading_trust(OPERATOR, None, SCOPE, PIPELINES)
    by_operator = reading_trust(OPERATOR, PLANNER, SCOPE, None)
    assert by_pipelines is not None
    assert by_operator is not None
    assert trusts(by_pipelines, {"AWS": OWN}, own)
    assert not trusts(by_pipelines, {"AWS": THEIRS}, theirs)
    assert trusts(by_operator, {"AWS": THEIRS}, theirs)
    assert not trusts(by_operator, {"AWS": OWN}, own)


DATA = "arn:aws:s3:::acme-us-east-1-111111111111-data"
ROLE = "arn:aws:iam::111111111111:role/"
EC2 = "arn:aws:ec2:us-east-1:111111111111:"
KEY = "arn:aws:kms:us-east-1:111111111111:key/k"
OURS: Context = {
    "aws:ResourceAccount": "111111111111",
    "aws:RequestedRegion": "us-east-1",
    "aws:ResourceTag/clickhouse-byoc": "true",
    "aws:RequestTag/clickhouse-byoc": "true",
    "iam:PermissionsBoundary": SCOPE.boundary_arn,
}
SEEN = {
    "networks": ("ec2:DescribeVpcs", "*"),
    "the cluster": ("eks:DescribeCluster", SCOPE.cluster_arn),
    "roles": ("iam:GetRole", f"{ROLE}acme-us-east-1-thanos"),
    "how a bucket is set": ("s3:GetBucketPolicy", DATA),
    "how a key is set": ("kms:DescribeKey", KEY),
    "load balancers": ("elasticloadbalancing:DescribeLoadBalancers", "*"),
    "shares": ("ram:GetResourceShares", "*"),
    "quotas": ("servicequotas:GetServiceQuota", "*"),
}
REFUSED = {
    "read an object": ("s3:GetObject", f"{DATA}/ch-s3-main-1/x"),
    "write an object": ("s3:PutObject", f"{DATA}/x"),
    "list the names of objects": ("s3:ListBucket", DATA),
    "list their older versions": ("s3:ListBucketVersions", DATA),
    "list what is being written": ("s3:ListBucketMultipartUploads", DATA),
    "set a bucket": ("s3:PutBucketPolicy", DATA),
    "open a key": ("kms:Decrypt", KEY),
    "make a network": ("ec2:CreateVpc", f"{EC2}vpc/v"),
    "tag": ("ec2:CreateTags", f"{EC2}vpc/v"),
    "change the cluster": ("eks:UpdateClusterConfig", SCOPE.cluster_arn),
    "let somebody in": ("eks:CreateAccessEntry", SCOPE.cluster_arn),
    "make a role": ("iam:CreateRole", f"{ROLE}acme-us-east-1-x"),
    "take a role on": ("sts:AssumeRole", f"{ROLE}ClickHouseManagementRole"),
    "hand a role on": ("iam:PassRole", f"{ROLE}acme-us-east-1-k8s-worker"),
    "read a node's password": ("ec2:GetPasswordData", f"{EC2}instance/i"),
    "read a console": ("ec2:GetConsoleOutput", f"{EC2}instance/i"),
    "read logs": ("logs:GetLogEvents", "arn:aws:logs:us-east-1:111111111111:log-group:x"),
    "read a secret": ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:1:s"),
}


@pytest.mark.parametrize(("action", "resource"), SEEN.values(), ids=SEEN.keys())
def test_it_sees_how_things_are_set(action: str, resource: str) -> None:
    assert allows(document(READING_ROWS, SCOPE), action, resource, OURS)
    assert allows(reading_boundary(SCOPE), action, resource, OURS)


@pytest.mark.parametrize(("action", "resource"), REFUSED.values(), ids=REFUSED.keys())
def test_it_changes_and_opens_nothing_whatever_is_granted_later(action: str, resource: str) -> None:
    assert not allows(document(READING_ROWS, SCOPE), action, resource, OURS)
    assert not allows(reading_boundary(SCOPE), action, resource, OURS)


def test_it_reads_what_the_operator_reads_and_all_of_it_is_under_its_ceiling() -> None:
    reading = {
        (row.action, row.resource, row.conditions)
        for row in OPERATOR_ROWS
        if row.action.split(":")[1].startswith(("Describe", "Get", "List"))
        and not row.action.startswith("s3:List")
    }
    assert {(row.action, row.resource, row.conditions) for row in READING_ROWS} == reading
    assert {row.component for row in READING_ROWS} == {COMPONENT}
    for row in READING_ROWS:
        context = {c.key: SCOPE.fill(c.values[0]) for c in row.conditions}
        resource = SCOPE.fill(row.resource)
        assert allows(reading_boundary(SCOPE), row.action, resource, context), row.action
    assert READING_CEILING.reason.endswith(".")


@pytest.mark.parametrize(
    "action", ["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRole", "iam:TagRole"]
)
def test_the_operator_cannot_change_it(action: str) -> None:
    ceiling = operator_boundary(SCOPE)
    assert not allows(ceiling, action, reading_role_arn(SCOPE), OURS)
    policy = f"arn:aws:iam::111111111111:policy/{SCOPE.reading_boundary_name}"
    assert not allows(ceiling, "iam:CreatePolicyVersion", policy, OURS)


def test_its_name_and_rights_keep_to_iams_limits() -> None:
    longest = Scope(
        name="a" * 23, region="ap-southeast-1", account="1" * 12, access_role="r" * 52,
        replica_region="ap-southeast-2",
    )  # fmt: skip
    assert len(reading_role_name(longest)) <= 64
    assert reading_role_name(SCOPE) == "ClickHouseManagementRole-read"
    assert reading_role_arn(SCOPE) == f"{ROLE}ClickHouseManagementRole-read"
    assert size(document(READING_ROWS, longest)) <= 10_240
