"""From rows to documents, and from the plan to each tool's own form: nothing is lost or empty."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from permissions import documents
from permissions.boundary import boundary_document
from permissions.ci.pipelines import CiSystem, Pipelines
from permissions.conditions import equals, present
from permissions.deployment.roles import DEPLOYMENT_ROLES, RoleFeature, trust_policy
from permissions.documents import documents_by_component, size
from permissions.names import Scope
from permissions.onboarding.cloudformation import cloudformation
from permissions.onboarding.counts import Count, count, counts
from permissions.onboarding.plan import PlannedPolicy, PlannedRole, Wanted, access_plan
from permissions.onboarding.terraform import label, terraform
from permissions.operator.boundary import operator_boundary
from permissions.rows import Grant, grants
from permissions.trust import Operator, node_trust
from tests.permissions.evaluator import allows

SCOPE = Scope(
    name="acme", region="us-east-1", account="111111111111", operator_account="222222222222"
)
PIPELINES = Pipelines(
    system=CiSystem.GITHUB, repository="acme/ch", environment="prod", state_bucket="acme-state"
)
PLAN = access_plan(
    Wanted(
        scope=SCOPE,
        operator=Operator(account="2" * 12, principal="*-Crossplane", external_id="agreed-id"),
        deployment_roles=frozenset(RoleFeature),
        longest_session=timedelta(hours=2),
        pipelines=PIPELINES,
    )
)
OF_OPERATOR = {role.name: role for role in PLAN.roles if role.phase is not None}
WITH_RIGHTS = {role.name: role for role in PLAN.roles if role.inline is not None}


def row(action: str, *conditions: Any, component: str = "one") -> Grant:
    [made] = grants(action, "arn:x", component=component, conditions=conditions)
    return made


def test_one_value_of_a_condition_stands_alone_and_several_as_a_list() -> None:
    made = documents.document(
        [row("s3: GetObject", equals("aws:a", "{region}"), equals("aws:b", "x", "{account}"))],
        SCOPE,
    )
    [statement] = made["Statement"]
    assert statement["Condition"] == {
        "StringEquals": {"aws:a": "us-east-1", "aws:b": ["x", "111111111111"]}
    }


def everything() -> Iterator[dict[str, Any]]:
    for policy in PLAN.policies:
        yield policy.document
    for role in PLAN.roles:
        yield role.trust
        yield role.inline or {"Statement": []}


def test_no_statement_has_an_empty_condition() -> None:
    for document in everything():
        for statement in document["Statement"]:
            assert statement.get("Condition", "none") != {}
    assert "Condition" not in node_trust()["Statement"][0]


def test_the_operators_ceiling_ends_at_the_region_and_at_our_own_boundary() -> None:
    ceiling, role = operator_boundary(SCOPE), f"arn:aws:iam::111111111111:role/{SCOPE.prefix}-x"
    here, there = ({"aws:RequestedRegion": region} for region in ("us-east-1", "eu-west-1"))
    assert allows(ceiling, "ec2:CreateVpc", "arn:aws:ec2:::vpc/v", here)
    assert not allows(ceiling, "ec2:CreateVpc", "arn:aws:ec2:::vpc/v", there)
    ours, open_ = ({"iam:PermissionsBoundary": arn} for arn in (SCOPE.boundary_arn, "arn:open"))
    assert allows(ceiling, "iam:CreateRole", role, ours)
    assert not allows(ceiling, "iam:CreateRole", role, open_)


TWO = (row("s3: GetObject"), row("s3: PutObject", present("aws:x")))


@pytest.mark.parametrize(
    ("spare", "names"), [(0, ["one"]), (-1, ["one", "one-2"])], ids=["just fits", "one too many"]
)
def test_a_document_is_filled_to_iams_limit(
    spare: int, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = documents_by_component(TWO, SCOPE)["one"]
    assert len(whole["Statement"]) == 2
    monkeypatch.setattr(documents, "MANAGED_POLICY_LIMIT", size(whole) + spare)
    parts = documents_by_component(TWO, SCOPE)
    assert list(parts) == names
    assert [s for part in parts.values() for s in part["Statement"]] == whole["Statement"]


def test_a_statement_above_the_limit_has_a_document_to_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """IAM refuses it then, and no empty document hides that."""
    monkeypatch.setattr(documents, "MANAGED_POLICY_LIMIT", 10)
    parts = documents_by_component([*TWO, row("s3: ListBucket", component="two")], SCOPE)
    assert [len(part["Statement"]) for part in parts.values()] == [1, 1, 1]
    assert list(parts) == ["one", "one-2", "two"]


@pytest.mark.parametrize(
    ("action", "resource", "reason", "says"),
    [
        ("s3:GetObject", "*", "", "s3:GetObject on every resource needs a reason"),
        ("s3:Get*", "arn:x", "", r"s3:Get\* is not one action"),
    ],
)
def test_a_wide_row_is_refused(action: str, resource: str, reason: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Grant(action=action, resource=resource, component="one", reason=reason)
    assert Grant(action="s3:GetObject", resource="*", component="one", reason="It has no ARN.")


def test_a_role_of_the_operator_needs_an_operator() -> None:
    [role] = [role for role in DEPLOYMENT_ROLES if role.suffix == "data-plane-mgmt"]
    with pytest.raises(ValueError, match="data-plane-mgmt needs an operator"):
        trust_policy(role, SCOPE, None)


def test_the_boundary_names_the_operators_roles_only_where_there_is_one() -> None:
    role = "arn:aws:iam::222222222222:role/x-state-exporter"
    assert allows(boundary_document(SCOPE), "sts:AssumeRole", role)
    alone = boundary_document(replace(SCOPE, operator_account=""))
    assert not allows(alone, "sts:AssumeRole", role)
    assert "::role" not in json.dumps(alone).replace("iam::*:role", "")


def test_an_issuer_of_ones_own_stands_for_the_public_one() -> None:
    assert PIPELINES.host == "token.actions.githubusercontent.com"
    assert replace(PIPELINES, system=CiSystem.GITLAB).host == "gitlab.com"
    assert replace(PIPELINES, issuer="git.acme.example").host == "git.acme.example"


STACK = {
    r["Properties"]["RoleName"]: r["Properties"]
    for r in cloudformation(PLAN)["Resources"].values()
    if r["Type"] == "AWS::IAM::Role"
}
CONFIGURATION = terraform(PLAN)["resource"]
BY_TERRAFORM = {r["name"]: r for r in CONFIGURATION["aws_iam_role"].values()}


def test_sessions_from_outside_are_as_long_as_the_owner_says() -> None:
    lengths = dict.fromkeys((*OF_OPERATOR, "ClickHouseManagementRole-read"), 7200)
    assert lengths == {
        name: made["MaxSessionDuration"]
        for name, made in STACK.items()
        if "MaxSessionDuration" in made
    }
    assert lengths == {
        name: made["max_session_duration"]
        for name, made in BY_TERRAFORM.items()
        if "max_session_duration" in made
    }


def test_rights_of_its_own_go_with_their_role() -> None:
    assert {"ClickHouseManagementRole-ci-preview", "acme-us-east-1-thanos"} <= set(WITH_RIGHTS)
    assert "acme-us-east-1-k8s-worker" not in WITH_RIGHTS
    wanted = {name: role.inline for name, role in WITH_RIGHTS.items()}
    by_stack = {
        name: made["Policies"][0]["PolicyDocument"]
        for name, made in STACK.items()
        if "Policies" in made
    }
    by_terraform = {
        CONFIGURATION["aws_iam_role"][key]["name"]: json.loads(made["policy"].replace("$${", "${"))
        for key, made in CONFIGURATION["aws_iam_role_policy"].items()
    }
    assert by_stack == by_terraform == wanted


def test_what_a_role_does_not_have_is_not_named() -> None:
    assert "ManagedPolicyArns" not in STACK["ClickHouseManagementRole-ci-apply"]
    assert STACK["acme-us-east-1-k8s-worker"]["ManagedPolicyArns"]
    bare = replace(PLAN, roles=tuple(OF_OPERATOR.values()))
    assert "aws_iam_role_policy" not in terraform(bare)["resource"]
    assert "aws_iam_role_policy" in CONFIGURATION


@pytest.mark.parametrize(
    ("name", "written"),
    [("acme-us.east", "acme_us_east"), ("1st-role", "_1st_role"), ("a__b", "a__b")],
)
def test_terraform_names_begin_with_a_letter(name: str, written: str) -> None:
    assert label(name) == written


def test_statements_are_counted_where_a_condition_could_be() -> None:
    identity, other = "sts:GetCallerIdentity", "ec2:DescribeVpcs"
    policy = PlannedPolicy(
        name="p",
        description="p",
        document={
            "Statement": [
                {"Action": [identity]},
                {"Action": [identity, other]},
                {"Action": [identity, "ec2:*"]},
                {"Action": [other], "Condition": {"Bool": {"a": "true"}}},
            ]
        },
    )
    role = PlannedRole(name="r", description="r", trust={}, boundary="b", own_policies=(policy,))
    counted = count("r", [role])
    assert counted == Count(whose="r", actions=3, wildcard_actions=1, statements=3, conditioned=1)
    assert counted.share == pytest.approx(1 / 3)
    assert replace(counted, statements=0).share == 1.0


def test_only_the_operators_roles_are_counted() -> None:
    assert [each.whose for each in counts(PLAN)] == [*OF_OPERATOR, "all phases"]
