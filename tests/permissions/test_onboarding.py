"""Onboarding for each tool: the same roles and rights, within IAM's limits, and clean templates."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import cfnlint
import pytest

from permissions.ci.pipelines import CiSystem, Pipelines
from permissions.deployment.roles import RoleFeature
from permissions.documents import MANAGED_POLICY_LIMIT, size
from permissions.names import Scope
from permissions.onboarding.cloudformation import cloudformation
from permissions.onboarding.counts import counts
from permissions.onboarding.plan import AccessPlan, Wanted, access_plan
from permissions.onboarding.terraform import terraform
from permissions.rows import OPT_IN, Feature, Phase
from permissions.trust import Operator

LONGEST = Scope(
    name="a" * 23, region="ap-southeast-1", account="1" * 12, operator_account="2" * 12,
    replica_region="ap-southeast-2",
)  # fmt: skip
OPERATOR = Operator(account="2" * 12, principal="*-Crossplane", external_id="agreed-id")
PIPELINES = Pipelines(
    system=CiSystem.GITHUB, repository="acme/clickhouse", environment="prod",
    state_bucket="acme-pulumi-state",
    keys=tuple(f"arn:aws:kms:ap-southeast-1:{'1' * 12}:key/{'k' * 36}{n}" for n in range(2)),
)  # fmt: skip
EVERYTHING = Wanted(
    scope=LONGEST, operator=OPERATOR, deployment_roles=frozenset(RoleFeature),
    longest_session=timedelta(hours=2), owner_tags={"team": "data"}, pipelines=PIPELINES,
)  # fmt: skip
PLAN = access_plan(EVERYTHING)
TRUST_LIMIT, INLINE_LIMIT, MOST_ATTACHED = 2048, 10_240, 10


def test_everything_keeps_to_iams_limits() -> None:
    for policy in PLAN.policies:
        assert size(policy.document) <= MANAGED_POLICY_LIMIT
    for role in PLAN.roles:
        assert len(role.name) <= 64
        assert size(role.trust) <= TRUST_LIMIT
        assert size(role.inline or {}) <= INLINE_LIMIT
        assert len(role.own_policies) + len(role.aws_policies) <= MOST_ATTACHED


PLANNERS: dict[str, tuple[Wanted, bool]] = {
    "pipelines": (EVERYTHING, True),
    "the operator's planner": (
        replace(EVERYTHING, pipelines=None, reading_principal="*-Planner"), True,
    ),
    "nobody": (replace(EVERYTHING, pipelines=None), False),
    "the operator's access has ended": (replace(EVERYTHING, phases=frozenset()), False),
}  # fmt: skip


@pytest.mark.parametrize(("wanted", "made"), PLANNERS.values(), ids=PLANNERS.keys())
def test_who_only_plans_has_a_role_and_a_ceiling(wanted: Wanted, made: bool) -> None:
    plan = access_plan(wanted)
    assert ("ClickHouseManagementRole-read" in {role.name for role in plan.roles}) is made
    ceilings = {policy.name for policy in plan.boundaries}
    assert (LONGEST.reading_boundary_name in ceilings) is made


def test_cloudformation_is_clean() -> None:
    text = json.dumps(cloudformation(PLAN), indent=2)
    found = cfnlint.lint(text, regions=["ap-southeast-1"])
    assert [f"{match.rule.id} {match.message}" for match in found] == []


def test_both_tools_are_told_the_same() -> None:
    stack, configuration = cloudformation(PLAN), terraform(PLAN)
    by_cloudformation = {
        r["Properties"]["RoleName"]: r["Properties"]["AssumeRolePolicyDocument"]
        for r in stack["Resources"].values()
        if r["Type"] == "AWS::IAM::Role"
    }
    by_terraform = {
        r["name"]: json.loads(r["assume_role_policy"])
        for r in configuration["resource"]["aws_iam_role"].values()
    }
    assert by_cloudformation == by_terraform == {role.name: role.trust for role in PLAN.roles}
    documents = {
        r["Properties"]["ManagedPolicyName"]: r["Properties"]["PolicyDocument"]
        for r in stack["Resources"].values()
        if r["Type"] == "AWS::IAM::ManagedPolicy"
    }
    policies = configuration["resource"]["aws_iam_policy"].values()
    assert documents == {policy["name"]: undoubled(policy["policy"]) for policy in policies}


def test_both_tools_tell_the_account_of_the_ci_system_unless_it_knows_it() -> None:
    host, audience = "token.actions.githubusercontent.com", ["sts.amazonaws.com"]
    [stack] = [
        r["Properties"]
        for r in cloudformation(PLAN)["Resources"].values()
        if r["Type"] == "AWS::IAM::OIDCProvider"
    ]
    [configuration] = terraform(PLAN)["resource"]["aws_iam_openid_connect_provider"].values()
    assert stack["Url"] == configuration["url"] == f"https://{host}"
    assert stack["ClientIdList"] == configuration["client_id_list"] == audience
    assert {t["Key"]: t["Value"] for t in stack["Tags"]} == configuration["tags"]
    assert configuration["tags"]["clickhouse-byoc"] == "true"
    known = access_plan(replace(EVERYTHING, pipelines=replace(PIPELINES, make_provider=False)))
    assert "AWS::IAM::OIDCProvider" not in str(cloudformation(known))
    assert "openid_connect" not in str(terraform(known))
    assert len(known.roles) == len(PLAN.roles)


def undoubled(text: str) -> Any:
    return json.loads(text.replace("$${", "${"))


def test_every_role_stands_under_a_boundary_that_is_made_with_it() -> None:
    made = {policy.name for policy in PLAN.boundaries}
    assert {role.boundary for role in PLAN.roles} == made


@pytest.mark.parametrize(
    ("phases", "names"),
    [
        (frozenset(Phase), 3),
        (frozenset({Phase.OPERATE}), 1),
        (frozenset[Phase](), 0),
    ],
)
def test_a_phase_left_out_has_no_role(phases: frozenset[Phase], names: int) -> None:
    plan = access_plan(Wanted(scope=LONGEST, operator=OPERATOR, phases=phases))
    assert len(plan.roles) == names


def actions(plan: AccessPlan) -> set[str]:
    return {
        action
        for role in plan.roles
        for policy in role.own_policies
        for statement in policy.document["Statement"]
        for action in statement["Action"]
    }


VARIANTS = {
    Feature.NETWORK_WRITE: "ec2:CreateVpc",
    Feature.IAM_WRITE: "iam:CreateRole",
    Feature.KEY_WRITE: "kms:CreateKey",
    Feature.PEERING: "ec2:CreateVpcPeeringConnection",
    Feature.HUB: "ec2:CreateTransitGatewayVpcAttachment",
    Feature.PRIVATE_LINK: "ec2:CreateVpcEndpointServiceConfiguration",
    Feature.BACKUP_REPLICA: "s3:PutReplicationConfiguration",
    Feature.DATA_REMOVAL: "s3:DeleteObjectVersion",
}


@pytest.mark.parametrize(("feature", "action"), VARIANTS.items())
def test_a_variant_without_a_feature(feature: Feature, action: str) -> None:
    without = frozenset(Feature) - {feature}
    plan = access_plan(Wanted(scope=LONGEST, operator=OPERATOR, features=without))
    assert action in actions(PLAN)
    assert action not in actions(plan)


def test_the_operator_has_fewer_rights_than_the_goals() -> None:
    """What is added only where the owner asks for it is counted by itself."""
    usual = frozenset(Feature) - OPT_IN
    plan = access_plan(Wanted(scope=LONGEST, operator=OPERATOR, features=usual))
    by_role = {count.whose: count for count in counts(plan)}
    assert by_role["all phases"].actions <= 160
    assert by_role["ClickHouseManagementRole"].actions < 60
    for count in by_role.values():
        assert count.wildcard_actions == 0
        assert count.share > 0.8
