"""The access layer: who makes which role, under which ceiling, for whom."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from infra.config import parse
from tests.components.aws.deployments import deployed, example, onboarding, small, with_change
from tests.engine import Registered, Run
from tests.infra.config.documents import GOOD, ONBOARDING, changed

ROLE, POLICY = "aws:iam/role:Role", "aws:iam/policy:Policy"
ACCESS_ROLE = "arn:aws:iam::111111111111:role/ClickHouseManagementRole"
OPERATOR_ROLES = {
    "ClickHouseManagementRole", "ClickHouseManagementRole-provision",
    "ClickHouseManagementRole-deprovision",
}  # fmt: skip
BOUNDARY = "arn:aws:iam::111111111111:policy/acme-us-east-1-boundary"


def names(seen: Run, type_: str) -> set[str]:
    return {resource.inputs["name"] for resource in seen.all(type_)}


def trust(role: Registered) -> dict[str, Any]:
    statements: list[dict[str, Any]] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert len(statements) == 1
    return statements[0]


@pytest.mark.parametrize("deployment", [example, small])
def test_every_role_but_the_operators_stands_under_the_boundary(
    deployment: Callable[[], Run],
) -> None:
    seen = deployment()
    boundary = seen.one(POLICY, "access-boundary")
    for role in seen.all(ROLE):
        if role.inputs["name"] in OPERATOR_ROLES:
            continue
        assert role.inputs["permissionsBoundary"].endswith(boundary.inputs["name"])
        assert boundary.urn in role.depends_on


def test_without_an_operator_nobody_from_outside_is_let_in() -> None:
    for role in small().all(ROLE):
        assert "AWS" not in trust(role)["Principal"]
    assert names(small(), POLICY) == {"acme-us-east-1-boundary"}


def test_roles_follow_what_the_deployment_has() -> None:
    suffixes = {name.removeprefix("acme-us-east-1-") for name in names(small(), ROLE)}
    assert suffixes == {
        "k8s-control-plane", "k8s-worker", "flow-logs", "ebs-csi-driver", "CH-S3-Role",
        "controller", "thanos",
    }  # fmt: skip


@pytest.mark.parametrize("phase", ["provision", "operate", "deprovision"])
def test_the_operator_comes_in_by_external_id_and_role_name(phase: str) -> None:
    role = onboarding().one(ROLE, f"access-operator-{phase}")
    assert role.inputs["permissionsBoundary"].endswith("policy/acme-us-east-1-operator-boundary")
    assert trust(role)["Principal"] == {"AWS": "arn:aws:iam::222222222222:root"}
    assert trust(role)["Condition"] == {
        "StringLike": {
            "aws:PrincipalArn": "arn:aws:iam::222222222222:role/*-CrossplaneWorkloadRole"
        },
        "StringEquals": {"sts:ExternalId": "f3b1c9d2-external"},
    }
    assert role.inputs["maxSessionDuration"] == 3600


def test_onboarding_makes_access_roles_and_boundaries_and_nothing_else() -> None:
    assert {type_ for type_ in onboarding().types() if type_.startswith("aws:")} == {
        ROLE, POLICY, "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    }  # fmt: skip
    assert names(onboarding(), ROLE) == OPERATOR_ROLES
    assert onboarding().outputs["accessRoleArns"]["operate"] == ACCESS_ROLE
    assert onboarding().outputs["boundaryArn"] == BOUNDARY


def test_the_access_role_is_handed_out_once_all_its_policies_are_attached() -> None:
    attachments = onboarding().all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    policies = [p for p in onboarding().all(POLICY) if not p.name.endswith("boundary")]
    assert len(attachments) == len(policies) >= 15


def test_after_onboarding_the_deployment_makes_neither_access_role_nor_boundary() -> None:
    seen = deployed(
        parse(changed("access", {"roleArn": ACCESS_ROLE, "externalId": "agreed-external-id"}))
    )
    assert not seen.all(POLICY)
    assert {role.inputs["permissionsBoundary"] for role in seen.all(ROLE)} == {BOUNDARY}
    (assumed,) = json.loads(seen.one("pulumi:providers:aws").inputs["assumeRoles"])
    assert assumed == {
        "roleArn": ACCESS_ROLE,
        "externalId": "agreed-external-id",
        "sessionName": "clickhouse-byoc",
    }


PIPELINES = {
    "system": "github",
    "repository": "acme/clickhouse",
    "environment": "prod",
    "stateBucket": "acme-state",
    "secretsKeyArn": "arn:aws:kms:us-east-1:111111111111:key/stacks",
}


def onboarded(**pipelines: str) -> Run:
    from infra import aws
    from tests.engine import run

    document = ONBOARDING | {"pipelines": PIPELINES | pipelines}
    return run(lambda: aws.onboard(parse(document)))


def test_pipelines_have_roles_of_their_own_under_a_ceiling_of_their_own() -> None:
    seen = onboarded()
    boundary = seen.one(POLICY, "access-pipelines-boundary")
    assert boundary.inputs["name"] == "acme-us-east-1-ci-boundary"
    made = names(seen, ROLE) - OPERATOR_ROLES
    assert made == {
        "ClickHouseManagementRole-ci-preview", "ClickHouseManagementRole-ci-apply",
        "ClickHouseManagementRole-read",
    }  # fmt: skip
    [provider] = seen.all("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    assert provider.inputs["url"] == "https://token.actions.githubusercontent.com"
    assert provider.inputs["clientIdLists"] == ["sts.amazonaws.com"]
    assert provider.inputs["tags"]["clickhouse-byoc"] == "true"
    for role in ("preview", "apply"):
        made_role = seen.one(ROLE, f"access-pipelines-ci-{role}")
        assert made_role.inputs["permissionsBoundary"].endswith("policy/acme-us-east-1-ci-boundary")
        assert seen.one("aws:iam/rolePolicy:RolePolicy", f"access-pipelines-ci-{role}")
        assert seen.outputs["ciRoleArns"][f"ci-{role}"].endswith(made_role.inputs["name"])
    subjects = trust(seen.one(ROLE, "access-pipelines-ci-apply"))["Condition"]["StringLike"]
    assert list(subjects.values()) == [["repo:acme/clickhouse:environment:prod"]]
    for phase, statements in {"provision": 2, "operate": 2, "deprovision": 1}.items():
        document = json.loads(seen.one(ROLE, f"access-operator-{phase}").inputs["assumeRolePolicy"])
        assert len(document["Statement"]) == statements


def test_who_plans_has_a_role_that_reads_under_a_ceiling_of_its_own() -> None:
    seen = onboarded()
    role = seen.one(ROLE, "access-reading")
    assert role.inputs["permissionsBoundary"].endswith("policy/acme-us-east-1-reading-boundary")
    assert trust(role)["Condition"]["ArnEquals"]["aws:PrincipalArn"].endswith("-ci-preview")
    assert seen.one("aws:iam/rolePolicy:RolePolicy", "access-reading")
    assert seen.outputs["readingRoleArn"] == f"{ACCESS_ROLE}-read"


@pytest.mark.parametrize(
    ("access", "made"),
    [
        ({}, False),
        ({"readingPrincipal": "*-Planner"}, True),
        ({"readingPrincipal": "*-Planner", "granted": "none"}, False),
    ],
    ids=["nobody plans", "the operator's planner", "access has ended"],
)
def test_the_reading_role_is_there_for_those_who_plan(access: Any, made: bool) -> None:
    from infra import aws
    from tests.engine import run

    document = ONBOARDING | {"access": ONBOARDING["access"] | access}
    seen = run(lambda: aws.onboard(parse(document)))
    assert ("ClickHouseManagementRole-read" in names(seen, ROLE)) is made
    assert ("readingRoleArn" in seen.outputs) is made


def test_a_ci_system_that_the_account_knows_already_is_not_told_again() -> None:
    seen = onboarded(identityProvider="existing", system="gitlab", issuer="git.acme.example")
    assert not seen.all("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    principal = trust(seen.one(ROLE, "access-pipelines-ci-preview"))["Principal"]
    assert principal == {"Federated": "arn:aws:iam::111111111111:oidc-provider/git.acme.example"}


def test_without_iam_write_onboarding_makes_the_deployments_roles() -> None:
    access = ONBOARDING["access"] | {"iamWrite": False, "deploymentRoles": "onboarding"}
    from infra import aws
    from tests.engine import run

    made = run(lambda: aws.onboard(parse(ONBOARDING | {"access": access})))
    given = {"roleArn": ACCESS_ROLE, "deploymentRoles": "onboarding"}
    used = with_change("access", given)
    assert not used.all(ROLE)
    cluster_role = used.one("aws:eks/cluster:Cluster").inputs["roleArn"]
    assert cluster_role.rpartition("/")[2] in names(made, ROLE)
    granted = [p.inputs["policy"] for p in made.all(POLICY) if "boundary" not in p.inputs["name"]]
    assert granted and "iam:CreateRole" not in " ".join(granted)


def test_every_policy_is_smaller_than_iams_limit() -> None:
    for policy in onboarding().all(POLICY):
        assert len(policy.inputs["policy"]) <= 6144
    for policy in example().all("aws:iam/rolePolicy:RolePolicy"):
        assert len(policy.inputs["policy"]) <= 10_240


def test_a_role_is_used_once_its_rights_are_there() -> None:
    group = example().one("aws:eks/nodeGroup:NodeGroup", "cluster-pool-system")
    attached = {
        a.urn
        for a in example().all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if "k8s-worker" in a.name
    }
    assert len(attached) == 3
    assert attached <= group.depends_on


def test_credentials_of_another_account_are_refused() -> None:
    provider = example().one("pulumi:providers:aws").inputs
    assert provider["allowedAccountIds"] in (["111111111111"], '["111111111111"]')
    assert provider["region"] == "eu-central-1"


def test_the_good_configuration_has_no_operator() -> None:
    assert "access" not in GOOD
