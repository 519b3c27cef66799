"""The operator's rights are those that a deployment's life asks for: none is missing, none is too
many. The life was recorded under enforced IAM; here it is replayed against the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from local.aws.iam.evaluation import Ask, Policies, decide
from permissions.documents import document
from permissions.operator import OPERATOR_ROWS
from permissions.operator.access_roles import phase_role
from permissions.rows import Feature, Grant, Phase
from tests.access_proof.behind_the_scenes import UNSEEN, Unseen
from tests.access_proof.proving import CEILING, OPERATOR, explained, needing, recorded, refused
from tests.access_proof.scenario import SCOPE
from tests.access_proof.trace import digest_of_deployment, read


@pytest.mark.parametrize("phase", Phase)
def test_nothing_is_missing(phase: Phase) -> None:
    rows = phase_role(phase, SCOPE).rows(frozenset(Feature))
    asked = [item for item in recorded() if item.phase is phase]
    assert len(asked) > 20
    assert [item.text for item in refused(asked, rows)] == []


def name_of(row: Grant) -> str:
    conditions = ",".join(c.key.rpartition(":")[2] for c in row.conditions)
    return f"{row.action} {row.resource.rpartition(':')[2]} {conditions}"


@pytest.mark.parametrize("row", OPERATOR_ROWS, ids=name_of)
def test_nothing_is_too_much(row: Grant) -> None:
    assert needing(row) or explained(row), f"nothing asks for {name_of(row)} in {row.phases}"


@pytest.mark.parametrize("unseen", UNSEEN, ids=lambda u: f"{u.action} {u.resource}")
def test_the_written_list_explains_rows_that_are_there(unseen: Unseen) -> None:
    rows = [r for r in OPERATOR_ROWS if r.action == unseen.action and unseen.resource in r.resource]
    assert rows
    assert unseen.why.endswith(".")
    assert not all(needing(row) for row in rows), "the recorded life shows it: no explanation"


def test_the_recorded_deployment_is_the_one_that_is_made_now() -> None:
    assert read()[0] == digest_of_deployment(), (
        "record it anew: python -m tests.access_proof.record"
    )


E = f"arn:aws:ec2:{SCOPE.region}:{SCOPE.account}:"
OTHERS = "arn:aws:s3:::other-eu-central-1-111111111111-data"
ROLE = f"arn:aws:iam::{SCOPE.account}:role/"
TAGGED = {
    "aws:ResourceTag/clickhouse-byoc": "true",
    "aws:RequestTag/clickhouse-byoc": "true",
    "aws:RequestedRegion": SCOPE.region,
    "aws:ResourceAccount": SCOPE.account,
}
UNDER = {**TAGGED, "iam:PermissionsBoundary": SCOPE.boundary_arn}
PROBES: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "an untagged network": ("ec2:DeleteVpc", f"{E}vpc/v", {"aws:RequestedRegion": SCOPE.region}),
    "tagging what is another's": (
        "ec2:CreateTags", f"{E}vpc/v",
        {"aws:RequestTag/clickhouse-byoc": "true", "aws:RequestedRegion": SCOPE.region},
    ),
    "opening a group that is another's": (
        "ec2:AuthorizeSecurityGroupIngress", f"{E}security-group/sg-1",
        {"aws:RequestedRegion": SCOPE.region},
    ),
    "another deployment's bucket": ("s3:PutBucketPolicy", OTHERS, TAGGED),
    "the data itself": ("s3:GetObject", f"{SCOPE.fill('arn:aws:s3:::{data_bucket}')}/x", TAGGED),
    "another region": (
        "ec2:CreateVpc", "arn:aws:ec2:us-west-2:111111111111:vpc/*",
        {**TAGGED, "aws:RequestedRegion": "us-west-2"},
    ),
    "its own rights": ("iam:PutRolePolicy", f"{ROLE}ClickHouseManagementRole", UNDER),
    "its own policies": (
        "iam:CreatePolicyVersion", f"arn:aws:iam::{SCOPE.account}:policy/{SCOPE.prefix}-operate-x",
        UNDER,
    ),
    "its own trust": (
        "iam:UpdateAssumeRolePolicy", f"{ROLE}ClickHouseManagementRole-provision", UNDER,
    ),
    "its own boundary": ("iam:CreatePolicyVersion", SCOPE.operator_boundary_arn, UNDER),
    "the other boundary": ("iam:SetDefaultPolicyVersion", SCOPE.boundary_arn, UNDER),
    "taking a boundary off": (
        "iam:DeleteRolePermissionsBoundary", f"{ROLE}{SCOPE.prefix}-thanos", UNDER,
    ),
    "a role without a boundary": ("iam:CreateRole", f"{ROLE}{SCOPE.prefix}-thanos", TAGGED),
    "a role under another boundary": (
        "iam:CreateRole", f"{ROLE}{SCOPE.prefix}-thanos",
        {**TAGGED, "iam:PermissionsBoundary": SCOPE.operator_boundary_arn},
    ),
    "handing a role to another service": (
        "iam:PassRole", f"{ROLE}{SCOPE.prefix}-k8s-worker",
        {"iam:PassedToService": "lambda.amazonaws.com"},
    ),
    "reading what a key protects": ("kms:Decrypt", f"arn:aws:kms:{SCOPE.region}:111111111111:key/k",
                                    TAGGED),
}  # fmt: skip


@pytest.mark.parametrize(("action", "resource", "context"), PROBES.values(), ids=PROBES.keys())
def test_a_probe_is_refused_by_every_role(
    action: str, resource: str, context: Mapping[str, Any]
) -> None:
    for phase in Phase:
        rows = phase_role(phase, SCOPE).rows(frozenset(Feature))
        rights = Policies(identity={"rights": document(rows, SCOPE)}, boundary=CEILING)
        asked = Ask(action=action, resource=resource, context=dict(context))
        assert not decide(asked, rights, OPERATOR).allowed


ESCAPES = {
    name: probe for name, probe in PROBES.items()
    if name.startswith(("its own", "the other", "taking", "a role", "the data", "reading"))
}  # fmt: skip


@pytest.mark.parametrize(("action", "resource", "context"), ESCAPES.values(), ids=ESCAPES.keys())
def test_the_boundary_stops_an_escape_even_of_a_role_that_may_do_everything(
    action: str, resource: str, context: Mapping[str, Any]
) -> None:
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    rights = Policies(identity={"everything": everything}, boundary=CEILING)
    asked = Ask(action=action, resource=resource, context=dict(context))
    assert not decide(asked, rights, OPERATOR).allowed
