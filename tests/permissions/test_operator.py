"""What the access role may do, and what it must never be able to."""

import itertools
from typing import Any

import pytest

from permissions.documents import MANAGED_POLICY_LIMIT, documents_by_component, selected, size
from permissions.names import Scope
from permissions.operator import OPERATOR_ROWS
from permissions.operator.boundary import operator_boundary
from permissions.rows import OPT_IN, Feature, Grant, Phase
from tests.permissions.evaluator import Context, allows

SCOPE = Scope(name="acme", region="us-east-1", account="111111111111")
EVERYTHING = frozenset(Feature)
ALL_PHASES = frozenset(Phase)

TAGGED = {"aws:ResourceTag/clickhouse-byoc": "true", "aws:ResourceAccount": "111111111111"}
ASKED = {"aws:RequestTag/clickhouse-byoc": "true", "aws:RequestedRegion": "us-east-1"}
BOUNDED = {"iam:PermissionsBoundary": SCOPE.boundary_arn}
EC2 = "arn:aws:ec2:us-east-1:111111111111:"
ROLE = "arn:aws:iam::111111111111:role/"
S3 = "arn:aws:s3:::acme-us-east-1-111111111111-"


def granted(
    features: frozenset[Feature] = EVERYTHING, phases: frozenset[Phase] = ALL_PHASES
) -> dict[str, Any]:
    rows = selected(OPERATOR_ROWS, features, phases)
    documents = documents_by_component(rows, SCOPE)
    return {"Statement": [s for document in documents.values() for s in document["Statement"]]}


ALL = granted()

ALLOWED: dict[str, tuple[str, str, Context]] = {
    "a tagged VPC": ("ec2:CreateVpc", f"{EC2}vpc/v", ASKED),
    "a subnet in our VPC": ("ec2:CreateSubnet", f"{EC2}vpc/v", TAGGED),
    "removal of our VPC": ("ec2:DeleteVpc", f"{EC2}vpc/v", TAGGED),
    "a bounded role of ours": (
        "iam:CreateRole", f"{ROLE}acme-us-east-1-thanos", ASKED | BOUNDED,
    ),
    "attaching our VPC to a transit gateway that is shared with the account": (
        "ec2:CreateTransitGatewayVpcAttachment",
        "arn:aws:ec2:us-east-1:444444444444:transit-gateway/tgw-1",
        {"aws:RequestedRegion": "us-east-1"},
    ),
    "our bucket": (
        "s3:PutBucketPolicy", "arn:aws:s3:::acme-us-east-1-111111111111-data", TAGGED,
    ),
    "our cluster": (
        "eks:CreateCluster",
        "arn:aws:eks:us-east-1:111111111111:cluster/clickhouse-cloud-acme",
        ASKED,
    ),
    "handing a pod its role": (
        "iam:PassRole", f"{ROLE}acme-us-east-1-thanos",
        {"iam:PassedToService": "pods.eks.amazonaws.com"},
    ),
}  # fmt: skip

DENIED: dict[str, tuple[str, str, Context]] = {
    "a VPC without our tag": ("ec2:CreateVpc", f"{EC2}vpc/v", {}),
    "removal of a VPC that is not ours": ("ec2:DeleteVpc", f"{EC2}vpc/v", {}),
    "attaching a VPC that is not ours": (
        "ec2:CreateTransitGatewayVpcAttachment", f"{EC2}vpc/v",
        {"aws:RequestedRegion": "us-east-1"},
    ),
    "detaching another VPC": (
        "ec2:DeleteTransitGatewayVpcAttachment", f"{EC2}transit-gateway-attachment/a",
        {"aws:RequestedRegion": "us-east-1"},
    ),
    "accepting a peering": (
        "ec2:AcceptVpcPeeringConnection", f"{EC2}vpc-peering-connection/p", TAGGED,
    ),
    "a VPC in another region": ("ec2:CreateVpc", "arn:aws:ec2:eu-west-1:111111111111:vpc/v", ASKED),
    "taking our tag off": (
        "ec2:DeleteTags", f"{EC2}vpc/v", TAGGED | {"aws:TagKeys": ("clickhouse-byoc",)},
    ),
    "tagging what exists, to get at it": ("ec2:CreateTags", f"{EC2}vpc/v", ASKED),
    "a role without the boundary": ("iam:CreateRole", f"{ROLE}acme-us-east-1-x", ASKED),
    "a role of another name": ("iam:CreateRole", f"{ROLE}admin", ASKED | BOUNDED),
    "another deployment's role": (
        "iam:PutRolePolicy", f"{ROLE}other-us-east-1-x", TAGGED | BOUNDED,
    ),
    "raising the access role itself": (
        "iam:PutRolePolicy", f"{ROLE}ClickHouseManagementRole", TAGGED | BOUNDED,
    ),
    "attaching a policy of AWS's that is not listed": (
        "iam:AttachRolePolicy", f"{ROLE}acme-us-east-1-x",
        TAGGED | BOUNDED | {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"},
    ),
    "taking the boundary off": (
        "iam:DeleteRolePermissionsBoundary", f"{ROLE}acme-us-east-1-x", TAGGED | BOUNDED,
    ),
    "another boundary": (
        "iam:PutRolePermissionsBoundary", f"{ROLE}acme-us-east-1-x",
        TAGGED | {"iam:PermissionsBoundary": "arn:aws:iam::111111111111:policy/open"},
    ),
    "changing the boundary": ("iam:CreatePolicyVersion", SCOPE.boundary_arn, TAGGED),
    "handing a node role to a function": (
        "iam:PassRole", f"{ROLE}acme-us-east-1-k8s-worker",
        {"iam:PassedToService": "lambda.amazonaws.com"},
    ),
    "another deployment's bucket": (
        "s3:PutBucketPolicy", "arn:aws:s3:::other-us-east-1-111111111111-data", TAGGED,
    ),
    "reading an object": (
        "s3:GetObject", "arn:aws:s3:::acme-us-east-1-111111111111-data/x", TAGGED,
    ),
    "deleting an object of nobody's warehouse": (
        "s3:DeleteObject", "arn:aws:s3:::acme-us-east-1-111111111111-backup/x", TAGGED,
    ),
    "decrypting": ("kms:Decrypt", "arn:aws:kms:us-east-1:111111111111:key/k", TAGGED),
    "another cluster": (
        "eks:DeleteCluster", "arn:aws:eks:us-east-1:111111111111:cluster/production", TAGGED,
    ),
    "stopping machines": ("ec2:TerminateInstances", f"{EC2}instance/i", TAGGED),
    "another log group": (
        "logs:DeleteLogGroup", "arn:aws:logs:us-east-1:111111111111:log-group:/aws/lambda/x",
        TAGGED,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("action", "resource", "context"), ALLOWED.values(), ids=ALLOWED.keys())
def test_the_operator_may(action: str, resource: str, context: Context) -> None:
    assert allows(ALL, action, resource, context)


@pytest.mark.parametrize(("action", "resource", "context"), DENIED.values(), ids=DENIED.keys())
def test_the_operator_may_not(action: str, resource: str, context: Context) -> None:
    assert not allows(ALL, action, resource, context)


def test_what_is_optional_is_what_nobody_has_unasked() -> None:
    unasked = granted(EVERYTHING - OPT_IN)
    for action, resource in (
        ("s3:AbortMultipartUpload", f"{S3}data/ch-s3-main-1/x"),
        ("s3:DeleteObjectVersion", f"{S3}backup/ch-s3-main-1/x"),
        ("s3:PutReplicationConfiguration", f"{S3}backup"),
        ("s3:CreateBucket", f"{S3}replica"),
        ("ec2:CreateVpcPeeringConnection", f"{EC2}vpc/v"),
    ):
        assert not allows(unasked, action, resource, TAGGED | ASKED)


REMOVE, DOWN = "DeleteObjectVersion", Phase.DEPROVISION
REMOVAL: dict[str, tuple[Phase, str, str, bool]] = {
    "data of a warehouse": (DOWN, REMOVE, "data/ch-s3-main-1/x", True),
    "backups of a warehouse": (DOWN, REMOVE, "backup/ch-s3-main-1/x", True),
    "metrics": (DOWN, REMOVE, "monitoring/01H/index", True),
    "what somebody else put there": (DOWN, REMOVE, "data/ours/x", False),
    "data, while it is set up": (Phase.PROVISION, REMOVE, "data/ch-s3-main-1/x", False),
    "data, while it is operated": (Phase.OPERATE, REMOVE, "data/ch-s3-main-1/x", False),
    "reading while removing": (DOWN, "GetObject", "data/ch-s3-main-1/x", False),
    "leaving the lock": (
        DOWN, "BypassGovernanceRetention", "backup/ch-s3-main-1/x", False,
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("phase", "action", "key", "allowed"), REMOVAL.values(), ids=REMOVAL.keys()
)
def test_the_owner_may_let_the_operator_empty_buckets(
    phase: Phase, action: str, key: str, allowed: bool
) -> None:
    rights = granted(phases=frozenset({phase}))
    resource = f"{S3}{key}"
    assert allows(rights, f"s3:{action}", resource, TAGGED) is allowed
    ceiling = operator_boundary(SCOPE, frozenset({Feature.DATA_REMOVAL}))
    assert allows(ceiling, f"s3:{action}", resource, TAGGED) is action.startswith("Delete")
    assert not allows(operator_boundary(SCOPE), f"s3:{action}", resource, TAGGED)
    elsewhere = TAGGED | {"aws:ResourceAccount": "333333333333"}
    assert not allows(rights, f"s3:{action}", resource, elsewhere)


LEFT_OUT = {
    Feature.BACKUP_REPLICA: ("s3:PutReplicationConfiguration",),
    Feature.DATA_REMOVAL: ("s3:DeleteObjectVersion", "s3:AbortMultipartUpload"),
    Feature.NETWORK_WRITE: ("ec2:CreateVpc", "ec2:DeleteSubnet", "ec2:CreateRoute"),
    Feature.IAM_WRITE: ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"),
    Feature.KEY_WRITE: ("kms:CreateKey", "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"),
    Feature.PEERING: ("ec2:CreateVpcPeeringConnection", "ec2:ModifyVpcPeeringConnectionOptions"),
    Feature.HUB: ("ec2:CreateTransitGatewayVpcAttachment", "ram:AcceptResourceShareInvitation"),
    Feature.PRIVATE_LINK: ("ec2:CreateVpcEndpointServiceConfiguration", "vpce:AllowMultiRegion"),
}


@pytest.mark.parametrize(("feature", "actions"), LEFT_OUT.items(), ids=LEFT_OUT.keys())
def test_a_feature_left_out_takes_its_rights_with_it(
    feature: Feature, actions: tuple[str, ...]
) -> None:
    names = {row.action for row in selected(OPERATOR_ROWS, EVERYTHING - {feature}, ALL_PHASES)}
    assert not names & set(actions)


def test_nothing_is_made_after_set_up() -> None:
    operate = selected(OPERATOR_ROWS, EVERYTHING, frozenset({Phase.OPERATE}))
    assert not {row.action for row in operate} & {
        "ec2:CreateVpc",
        "iam:CreateRole",
        "s3:CreateBucket",
    }


@pytest.mark.parametrize("row", OPERATOR_ROWS, ids=lambda row: f"{row.action} {row.resource}")
def test_every_row_names_one_action_and_gives_a_reason_for_every_star(row: Grant) -> None:
    assert "*" not in row.action
    assert row.resource != "*" or len(row.reason) > 20
    assert row.component
    assert row.phases


def longest_scope() -> Scope:
    return Scope(name="a" * 23, region="ap-southeast-1", account="111111111111")


@pytest.mark.parametrize(
    "features",
    [frozenset(c) | {Feature.CORE} for n in range(5) for c in itertools.combinations(Feature, n)],
    ids=lambda features: "+".join(sorted(features)),
)
def test_every_document_fits_into_a_managed_policy(features: frozenset[Feature]) -> None:
    rows = selected(OPERATOR_ROWS, features, ALL_PHASES)
    documents = documents_by_component(rows, longest_scope())
    assert all(size(document) <= MANAGED_POLICY_LIMIT for document in documents.values())
    assert len(documents) <= 10


def test_the_number_of_actions_and_the_share_of_conditions() -> None:
    actions = {row.action for row in OPERATOR_ROWS if row.feature not in OPT_IN}
    statements = ALL["Statement"]
    conditioned = [statement for statement in statements if "Condition" in statement]
    assert len(actions) <= 160
    assert len(conditioned) / len(statements) > 0.8


@pytest.mark.parametrize("feature", sorted(OPT_IN))
def test_what_is_asked_for_adds_few_actions_to_those_of_every_deployment(feature: Feature) -> None:
    usual = {row.action for row in OPERATOR_ROWS if row.feature not in OPT_IN}
    own = {row.action for row in OPERATOR_ROWS if row.feature is feature} - usual
    assert 0 < len(own) <= 15
    assert not own & {row.action for row in OPERATOR_ROWS if row.feature is not feature}


def test_every_placeholder_is_filled() -> None:
    assert "{" not in str([s["Resource"] for s in ALL["Statement"]])
