"""The operator's rights on the running stack: what is refused, and taking them back while the data
plane goes on answering."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.access.changes import SILENCE
from permissions.names import Scope
from permissions.operator.access_roles import phase_role, phase_roles
from permissions.rows import Phase
from tests.local.aws.cloud import CUSTOMER, OPERATOR, Key, LocalAws
from tests.local.aws.iam.control import control
from tests.stack.checkout import REGION, Answer, Checkout
from tests.stack.sql import cell, connect, service_address

SCOPE = Scope(name="local", region=REGION, account=CUSTOMER, operator_account=OPERATOR)
EXTERNAL_ID = "local-external-id"
EXPECTED, UNEXPECTED = "probe-CrossplaneWorkloadRole", "probe-somebody"
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",'
    f' "Principal": {{"AWS": "{OPERATOR}"}}}}]}}'
)
ANOTHERS_BUCKET = f"other-{REGION}-{CUSTOMER}-data"
TAGS = [{"Key": "clickhouse-byoc", "Value": "true"}]

DENIALS = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}

Clients = Callable[[str], Any]


@pytest.fixture(scope="module")
def aws(stack: Checkout) -> LocalAws:
    return LocalAws(url=stack.stack_env()["AWS_ENDPOINT_URL"], log=stack.state_dir)


@pytest.fixture(scope="module")
def principals(aws: LocalAws) -> Iterator[dict[str, Key]]:
    """Sessions of two roles in the operator's account: the one that is expected, and another."""
    iam = aws.client("iam", account=OPERATOR)
    engineer = aws.user_key("probing-engineer", account=OPERATOR)
    for name in (EXPECTED, UNEXPECTED):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    yield {
        name: aws.assume(f"arn:aws:iam::{OPERATOR}:role/{name}", engineer)
        for name in (EXPECTED, UNEXPECTED)
    }
    for name in (EXPECTED, UNEXPECTED):
        iam.delete_role(RoleName=name)
    iam.delete_access_key(UserName="probing-engineer", AccessKeyId=engineer.id)
    iam.delete_user(UserName="probing-engineer")


@pytest.fixture(scope="module")
def sessions(aws: LocalAws, principals: dict[str, Key]) -> dict[Phase, Clients]:
    def clients(key: Key) -> Clients:
        return lambda service: aws.client(service, key=key, region=REGION)

    return {
        role.phase: clients(aws.assume(role.arn, principals[EXPECTED], ExternalId=EXTERNAL_ID))
        for role in phase_roles(SCOPE)
    }


@pytest.fixture(scope="module", autouse=True)
def enforced(aws: LocalAws) -> Iterator[None]:
    before = control(aws, "enforcement")
    roles = [role.arn for role in phase_roles(SCOPE)]
    control(aws, "enforcement", "PUT", {"principals": roles})
    yield
    control(aws, "enforcement", "PUT", before)


def assert_denied(call: Callable[..., Any], **params: Any) -> None:
    with pytest.raises(ClientError) as caught:
        call(**params)
    assert caught.value.response["Error"]["Code"] in DENIALS, caught.value


def refused_at_the_door(aws: LocalAws, key: Key, **more: str) -> None:
    sts = aws.client("sts", key=key, region=REGION)
    for role in phase_roles(SCOPE):
        assert_denied(sts.assume_role, RoleArn=role.arn, RoleSessionName="probe", **more)


def test_nobody_comes_in_without_the_external_id(aws: LocalAws, principals: dict[str, Key]) -> None:
    refused_at_the_door(aws, principals[EXPECTED])
    refused_at_the_door(aws, principals[EXPECTED], ExternalId="another-external-id")


def test_no_other_principal_comes_in(aws: LocalAws, principals: dict[str, Key]) -> None:
    refused_at_the_door(aws, principals[UNEXPECTED], ExternalId=EXTERNAL_ID)


def test_what_does_not_carry_the_tag_is_left_alone(
    aws: LocalAws, sessions: dict[Phase, Clients]
) -> None:
    owner = aws.client("ec2", region=REGION)
    vpc = owner.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    try:
        for clients in sessions.values():
            assert_denied(clients("ec2").delete_vpc, VpcId=vpc)
            assert_denied(clients("ec2").create_tags, Resources=[vpc], Tags=TAGS)
    finally:
        owner.delete_vpc(VpcId=vpc)


def test_another_deployment_s_bucket_is_left_alone(
    aws: LocalAws, sessions: dict[Phase, Clients]
) -> None:
    owner = aws.client("s3", region=REGION)
    owner.create_bucket(Bucket=ANOTHERS_BUCKET)
    try:
        for clients in sessions.values():
            s3 = clients("s3")
            assert_denied(s3.put_bucket_policy, Bucket=ANOTHERS_BUCKET, Policy="{}")
            assert_denied(s3.delete_bucket, Bucket=ANOTHERS_BUCKET)
            assert_denied(s3.list_objects_v2, Bucket=ANOTHERS_BUCKET)
    finally:
        owner.delete_bucket(Bucket=ANOTHERS_BUCKET)


@pytest.mark.parametrize("phase", Phase)
def test_no_role_raises_its_own_rights_or_leaves_the_boundary(
    sessions: dict[Phase, Clients], phase: Phase
) -> None:
    iam, own = sessions[phase]("iam"), phase_role(phase, SCOPE).name
    everything = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert_denied(iam.put_role_policy, RoleName=own, PolicyName="more", PolicyDocument=everything)
    assert_denied(iam.attach_role_policy, RoleName=own, PolicyArn=administrator)
    assert_denied(iam.delete_role_permissions_boundary, RoleName=own)
    assert_denied(
        iam.create_policy_version,
        PolicyArn=SCOPE.operator_boundary_arn,
        PolicyDocument=everything,
        SetAsDefault=True,
    )
    unbounded = SCOPE.role_name("probe")
    assert_denied(iam.create_role, RoleName=unbounded, AssumeRolePolicyDocument=TRUST, Tags=TAGS)


def test_rights_are_taken_back_while_sql_goes_on(
    stack: Checkout, aws: LocalAws, sessions: dict[Phase, Clients]
) -> None:
    owner = aws.client("iam", region=REGION)
    before = entries(aws), inline_policies(owner)
    assert works(sessions) == set(Phase)
    access(stack, "shrink").ok()
    try:
        assert works(sessions) == {Phase.OPERATE}
        assert_denied(sessions[Phase.PROVISION]("ec2").create_vpc, CidrBlock="10.98.0.0/16")
        access(stack, "revoke").ok()
        assert works(sessions) == set()
        assert all(SILENCE in names for names in inline_policies(owner).values())
        for service in ("primary", "reports"):
            assert cell(connect(stack, service_address(stack, service)), "SELECT 42") == 42
    finally:
        access(stack, "restore").ok()
    assert works(sessions) == set(Phase)
    assert (entries(aws), inline_policies(owner)) == before
    assert "Nothing to change." in access(stack, "restore").ok().err


def access(stack: Checkout, change: str) -> Answer:
    """As the account's owner types it."""
    byoc = str(stack.folder / ".venv" / "bin" / "byoc")
    return stack.run(byoc, "access", change, "--stack", "local", "--yes", env=stack.stack_env())


def works(sessions: dict[Phase, Clients]) -> set[Phase]:
    """The phases whose running session is still answered."""
    return {phase for phase, clients in sessions.items() if is_answered(clients)}


def is_answered(clients: Clients) -> bool:
    try:
        clients("eks").describe_cluster(name=SCOPE.cluster_name)
    except ClientError as error:
        assert error.response["Error"]["Code"] in DENIALS, error
        return False
    return True


def entries(aws: LocalAws) -> set[str]:
    eks = aws.client("eks", region=REGION)
    return set(eks.list_access_entries(clusterName=SCOPE.cluster_name)["accessEntries"])


def inline_policies(iam: Any) -> dict[str, list[str]]:
    roles = (*(role.name for role in phase_roles(SCOPE)), SCOPE.role_name("data-plane-mgmt"))
    return {name: iam.list_role_policies(RoleName=name)["PolicyNames"] for name in roles}
