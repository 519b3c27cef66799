"""The roles of pipelines: whose jobs take them on, what they may do, and what never."""

from __future__ import annotations

from typing import Any

import pytest

from permissions.ci.boundary import ceilings, ci_boundary
from permissions.ci.pipelines import CiSystem, Pipelines
from permissions.ci.roles import CiRole, access_trust, role_arn, role_name, rows_of, trust_of
from permissions.documents import MANAGED_POLICY_LIMIT, document, size
from permissions.names import Scope
from permissions.operator.boundary import operator_boundary
from permissions.rows import Phase
from permissions.trust import Operator
from tests.permissions.evaluator import Context, allows, trusts

SCOPE = Scope(
    name="acme", region="us-east-1", account="111111111111", operator_account="222222222222"
)
OPERATOR = Operator(account="222222222222", principal="*-Crossplane", external_id="agreed-id")
KEY = "arn:aws:kms:us-east-1:111111111111:key/stacks"
GITHUB = Pipelines(
    system=CiSystem.GITHUB,
    repository="acme/clickhouse",
    environment="prod",
    state_bucket="acme-state",
    keys=(KEY,),
)
GITLAB = Pipelines(
    system=CiSystem.GITLAB,
    repository="acme/data/clickhouse",
    environment="prod",
    state_bucket="acme-state",
)
OWN_GITLAB = Pipelines(
    system=CiSystem.GITLAB,
    repository="acme/clickhouse",
    environment="prod",
    branch="release",
    issuer="git.acme.example",
    state_bucket="acme-state",
)
WHOSE = {"GitHub": GITHUB, "GitLab": GITLAB, "a GitLab of one's own": OWN_GITLAB}


def admitted(pipelines: Pipelines, role: CiRole, subject: str, **other: str) -> bool:
    host = other.get("host", pipelines.host)
    claims = {
        f"{host}:sub": subject,
        f"{host}:aud": other.get("audience", "sts.amazonaws.com"),
    }
    provider = {"Federated": f"arn:aws:iam::111111111111:oidc-provider/{host}"}
    trust = trust_of(role, pipelines, SCOPE)
    return trusts(trust, provider, claims, action="sts:AssumeRoleWithWebIdentity")


HUB, LAB = "repo:acme/clickhouse", "project_path:acme/data/clickhouse:ref_type:branch:ref"
SUBJECTS: dict[str, tuple[Pipelines, str, set[CiRole]]] = {
    "a pull request": (GITHUB, f"{HUB}:pull_request", {CiRole.PREVIEW}),
    "the branch, also at night": (GITHUB, f"{HUB}:ref:refs/heads/main", {CiRole.PREVIEW}),
    "the approved job": (GITHUB, f"{HUB}:environment:prod", {CiRole.APPLY}),
    "another branch": (GITHUB, f"{HUB}:ref:refs/heads/mine", set()),
    "a branch that begins so": (GITHUB, f"{HUB}:ref:refs/heads/main-2", set()),
    "a tag": (GITHUB, f"{HUB}:ref:refs/tags/main", set()),
    "another environment": (GITHUB, f"{HUB}:environment:staging", set()),
    "an environment that begins so": (GITHUB, f"{HUB}:environment:production", set()),
    "another repository": (GITHUB, "repo:acme/website:environment:prod", set()),
    "another repository that ends so": (GITHUB, "repo:evil/acme/clickhouse:pull_request", set()),
    "a fork's own job": (GITHUB, "repo:mallory/clickhouse:environment:prod", set()),
    "a fork's pull request": (GITHUB, "repo:mallory/clickhouse:pull_request", set()),
    "nobody": (GITHUB, "", set()),
    "a merge request's branch": (GITLAB, f"{LAB}:mine", {CiRole.PREVIEW}),
    "the branch at GitLab": (GITLAB, f"{LAB}:main", {CiRole.PREVIEW, CiRole.APPLY}),
    "a tag at GitLab": (
        GITLAB, "project_path:acme/data/clickhouse:ref_type:tag:ref:main", set(),
    ),
    "a fork at GitLab": (
        GITLAB, "project_path:mallory/clickhouse:ref_type:branch:ref:main", set(),
    ),
    "another project": (GITLAB, "project_path:acme/data/x:ref_type:branch:ref:main", set()),
    "the branch of one's own": (
        OWN_GITLAB, "project_path:acme/clickhouse:ref_type:branch:ref:release",
        {CiRole.PREVIEW, CiRole.APPLY},
    ),
    "main, which is not that branch": (
        OWN_GITLAB, "project_path:acme/clickhouse:ref_type:branch:ref:main", {CiRole.PREVIEW},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("pipelines", "subject", "roles"), SUBJECTS.values(), ids=SUBJECTS.keys())
def test_a_job_takes_on_its_role_and_no_other(
    pipelines: Pipelines, subject: str, roles: set[CiRole]
) -> None:
    assert {role for role in CiRole if admitted(pipelines, role, subject)} == roles


@pytest.mark.parametrize("pipelines", WHOSE.values(), ids=WHOSE.keys())
def test_a_token_is_of_this_issuer_and_for_aws(pipelines: Pipelines) -> None:
    for role, subjects in (
        (CiRole.PREVIEW, pipelines.preview_subjects),
        (CiRole.APPLY, pipelines.apply_subjects),
    ):
        for subject in subjects:
            assert admitted(pipelines, role, subject)
            assert not admitted(pipelines, role, subject, audience="https://github.com/acme")
            assert not admitted(pipelines, role, subject, host="token.example.com")


@pytest.mark.parametrize("pipelines", WHOSE.values(), ids=WHOSE.keys())
@pytest.mark.parametrize("role", CiRole)
def test_nobody_else_is_named_in_the_trust(role: CiRole, pipelines: Pipelines) -> None:
    [statement] = trust_of(role, pipelines, SCOPE)["Statement"]
    assert statement["Principal"] == {"Federated": pipelines.provider_arn(SCOPE)}
    assert statement["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert set(statement["Condition"]) == {"StringEquals", "StringLike"}


STATE = "arn:aws:s3:::acme-state"
DATA = "arn:aws:s3:::acme-us-east-1-111111111111-data"
ROLE = "arn:aws:iam::111111111111:role/"
OURS: Context = {
    "aws:ResourceAccount": "111111111111",
    "aws:RequestedRegion": "us-east-1",
    "aws:ResourceTag/clickhouse-byoc": "true",
    "aws:RequestTag/clickhouse-byoc": "true",
    "iam:PermissionsBoundary": SCOPE.boundary_arn,
}
P, A = CiRole.PREVIEW, CiRole.APPLY
RIGHTS: dict[str, tuple[str, str, set[CiRole]]] = {
    "see networks": ("ec2:DescribeVpcs", "*", set()),
    "see how a bucket is set": ("s3:GetBucketPolicy", DATA, set()),
    "take the reading role on": ("sts:AssumeRole", f"{ROLE}ClickHouseManagementRole-read", {P}),
    "read the state": ("s3:GetObject", f"{STATE}/.pulumi/stacks/byoc/prod.json", {P, A}),
    "find the state": ("s3:ListBucket", STATE, {P, A}),
    "open the stack's secrets": ("kms:Decrypt", KEY, {P, A}),
    "lock the state": ("s3:PutObject", f"{STATE}/.pulumi/locks/prod/1.json", {P, A}),
    "unlock the state": ("s3:DeleteObject", f"{STATE}/.pulumi/locks/prod/1.json", {P, A}),
    "write the state": ("s3:PutObject", f"{STATE}/.pulumi/stacks/byoc/prod.json", {A}),
    "take the provisioning role on": (
        "sts:AssumeRole", f"{ROLE}ClickHouseManagementRole-provision", {A},
    ),
    "take the operating role on": ("sts:AssumeRole", f"{ROLE}ClickHouseManagementRole", {A}),
    "take down": ("sts:AssumeRole", f"{ROLE}ClickHouseManagementRole-deprovision", set()),
    "take another role on": ("sts:AssumeRole", f"{ROLE}admin", set()),
    "apply from a plan's job": ("sts:AssumeRole", role_arn(CiRole.APPLY, SCOPE), set()),
    "read the data": ("s3:GetObject", f"{DATA}/ch-s3-main-1/x", set()),
    "read another bucket": ("s3:GetObject", "arn:aws:s3:::payroll/x", set()),
    "read what is beside the state": ("s3:GetObject", f"{STATE}/private.txt", set()),
    "open another key": ("kms:Decrypt", KEY.replace("stacks", "data"), set()),
    "make a network": ("ec2:CreateVpc", "arn:aws:ec2:us-east-1:111111111111:vpc/v", set()),
    "make a role": ("iam:CreateRole", f"{ROLE}acme-us-east-1-x", set()),
    "change its own rights": ("iam:PutRolePolicy", role_arn(CiRole.APPLY, SCOPE), set()),
    "read a node's password": (
        "ec2:GetPasswordData", "arn:aws:ec2:us-east-1:111111111111:instance/i", set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("action", "resource", "roles"), RIGHTS.values(), ids=RIGHTS.keys())
def test_a_role_may_do_its_own_work_under_its_ceiling(
    action: str, resource: str, roles: set[CiRole]
) -> None:
    by_rows = {role for role in CiRole if allows(rights(role), action, resource, OURS)}
    assert by_rows == roles
    if roles:
        assert allows(ci_boundary(SCOPE, GITHUB), action, resource, OURS)


def rights(role: CiRole) -> dict[str, Any]:
    return document(rows_of(role, GITHUB), SCOPE)


CAPPED = {
    "read the data": ("s3:GetObject", f"{DATA}/ch-s3-main-1/x"),
    "take another role on": ("sts:AssumeRole", f"{ROLE}admin"),
    "take down": ("sts:AssumeRole", f"{ROLE}ClickHouseManagementRole-deprovision"),
    "open another key": ("kms:Decrypt", KEY.replace("stacks", "data")),
    "make a network": ("ec2:CreateVpc", "arn:aws:ec2:us-east-1:111111111111:vpc/v"),
    "make a role": ("iam:CreateRole", f"{ROLE}acme-us-east-1-x"),
    "read a secret": ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:1:s"),
    "read a node's password": (
        "ec2:GetPasswordData", "arn:aws:ec2:us-east-1:111111111111:instance/i",
    ),
    "read logs": ("logs:GetLogEvents", "arn:aws:logs:us-east-1:111111111111:log-group:x"),
}  # fmt: skip


@pytest.mark.parametrize(("action", "resource"), CAPPED.values(), ids=CAPPED.keys())
def test_the_ceiling_stops_it_whatever_is_granted_later(action: str, resource: str) -> None:
    assert not allows(ci_boundary(SCOPE, GITHUB), action, resource, OURS)


def test_without_keys_no_key_is_named() -> None:
    for role in CiRole:
        actions = {row.action for row in rows_of(role, GITLAB)}
        assert not actions & {"kms:Decrypt", "kms:GenerateDataKey"}
    assert "kms:Decrypt" not in str(ci_boundary(SCOPE, GITLAB))


def test_each_row_says_whose_it_is() -> None:
    for role in CiRole:
        assert {row.component for row in rows_of(role, GITHUB)} == {role.value}


@pytest.mark.parametrize("phase", Phase)
def test_the_apply_role_takes_on_access_roles_with_the_external_id(phase: Phase) -> None:
    own = {"AWS": "arn:aws:iam::111111111111:root"}
    apply = {"aws:PrincipalArn": role_arn(CiRole.APPLY, SCOPE), "sts:ExternalId": "agreed-id"}
    trust = access_trust(phase, OPERATOR, SCOPE, GITHUB)
    assert trusts(trust, own, apply) is (phase is not Phase.DEPROVISION)
    assert not trusts(trust, own, apply | {"sts:ExternalId": "guessed"})
    for other in (role_arn(CiRole.PREVIEW, SCOPE), f"{ROLE}intern"):
        assert not trusts(trust, own, apply | {"aws:PrincipalArn": other})
    assert not trusts(access_trust(phase, OPERATOR, SCOPE), own, apply)
    theirs = {
        "aws:PrincipalArn": "arn:aws:iam::222222222222:role/prod-Crossplane",
        "sts:ExternalId": "agreed-id",
    }
    assert trusts(trust, {"AWS": "arn:aws:iam::222222222222:root"}, theirs)


def test_the_operator_cannot_change_what_admits_the_pipelines() -> None:
    ceiling = operator_boundary(SCOPE)
    for role in CiRole:
        for action in ("iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRole"):
            assert not allows(ceiling, action, role_arn(role, SCOPE), OURS)
    policy = f"arn:aws:iam::111111111111:policy/{SCOPE.ci_boundary_name}"
    assert not allows(ceiling, "iam:CreatePolicyVersion", policy, OURS)


@pytest.mark.parametrize("pipelines", WHOSE.values(), ids=WHOSE.keys())
def test_names_documents_and_ceiling_keep_to_iams_limits(pipelines: Pipelines) -> None:
    longest = Scope(name="a" * 23, region="ap-southeast-1", account="1" * 12, access_role="r" * 52)
    for role in CiRole:
        assert len(role_name(role, longest)) <= 64
        assert size(document(rows_of(role, pipelines), longest)) <= 10_240
        assert size(trust_of(role, pipelines, longest)) <= 2048
    assert size(ci_boundary(longest, pipelines)) <= MANAGED_POLICY_LIMIT
    assert all(ceiling.reason.endswith(".") for ceiling in ceilings(pipelines))
