"""The customer's own keys: each thing that can be wrong, and the statement that mends it."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from components.aws.key_policies import SPECS, KeyPurpose, key_policy, needs, statement
from infra.config import parse
from infra.config.stack import StackConfig
from infra.preflight import before_up
from infra.preflight.finding import Outcome, Result
from infra.preflight.key_policy import Caller, UnclearPolicyError, allows
from infra.preflight.own_keys import OwnKey, check_own_keys, policy_results
from infra.preflight.run import clients
from permissions.names import Scope
from tests.infra.config.documents import GOOD, changed
from tests.infra.preflight.account import REGION

ACCOUNT = "111111111111"
SCOPE = Scope(name="acme", region=REGION, account=ACCOUNT)
PURPOSES = ["buckets", "logs", "secrets", "tde", "volumes"]
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}

Document = dict[str, Any]


def sufficient(purpose: KeyPurpose) -> Document:
    return {"Statement": [statement(need) for need in needs(purpose, SCOPE)]}


def results(purpose: str, policy: Document) -> list[Result]:
    key = OwnKey(KeyPurpose(purpose), f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k", REGION)
    return list(policy_results(key, policy, SCOPE))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_our_own_policy_and_the_least_one_are_enough(purpose: str) -> None:
    for policy in (
        key_policy(SPECS[KeyPurpose(purpose)], SCOPE),
        sufficient(KeyPurpose(purpose)),
    ):
        (found,) = results(purpose, policy)
        assert found.outcome is Outcome.OK


@pytest.mark.parametrize("purpose", PURPOSES)
def test_each_statement_is_missed_with_the_one_to_add(purpose: str) -> None:
    whole = sufficient(KeyPurpose(purpose))["Statement"]
    for index, left_out in enumerate(whole):
        rest = {"Statement": whole[:index] + whole[index + 1 :]}
        (found,) = results(purpose, rest)
        assert found.outcome is Outcome.PROBLEM
        assert f"{purpose} key k" == found.subject
        assert json.dumps(left_out) in found.remedy
        mended = {
            "Statement": [*rest["Statement"], json.loads("{" + found.remedy.partition("{")[2])]
        }
        assert [r.outcome for r in results(purpose, mended)] == [Outcome.OK]


def test_only_what_is_refused_is_named() -> None:
    policy = sufficient(KeyPurpose.BUCKETS)
    policy["Statement"][0]["Action"] = ["kms:Decrypt", "kms:Describe*"]
    (found,) = results("buckets", policy)
    assert found.found.endswith("kms:GenerateDataKey refused")


def test_a_denial_counts_more_than_what_allows() -> None:
    policy = sufficient(KeyPurpose.LOGS)
    policy["Statement"].append({"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt"})
    (found,) = results("logs", policy)
    assert "kms:Decrypt refused" in found.found
    policy["Statement"][-1]["Condition"] = {"StringNotEquals": {"kms:CallerAccount": ACCOUNT}}
    assert results("logs", policy)[0].outcome is Outcome.PROBLEM


def test_nodes_may_be_let_in_by_the_role_that_starts_them() -> None:
    policy = sufficient(KeyPurpose.VOLUMES)
    role = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    for made in policy["Statement"][1:]:
        made["Principal"] = {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/{role}"]}
        del made["Condition"]
    assert [r.outcome for r in results("volumes", policy)] == [Outcome.OK]


def test_what_is_not_understood_is_unknown() -> None:
    policy = sufficient(KeyPurpose.SECRETS)
    policy["Statement"][0]["Condition"] = {"DateLessThan": {"aws:CurrentTime": "2030-01-01"}}
    (found,) = results("secrets", policy)
    assert found.outcome is Outcome.UNKNOWN
    assert "DateLessThan" in found.found


CALLER = Caller(kind="AWS", names=frozenset({ROOT["AWS"]}), context={"kms:ViaService": "s3.x"})
POLICIES: dict[str, tuple[Document, bool]] = {
    "everything": ({"Action": "kms:*"}, True),
    "in any case": ({"Action": "KMS:decrypt"}, True),
    "all but another": ({"NotAction": "kms:Encrypt"}, True),
    "all but this": ({"NotAction": ["kms:Decrypt"]}, False),
    "somebody else": ({"Action": "kms:*", "Principal": {"AWS": "arn:aws:iam::2:root"}}, False),
    "a service": ({"Action": "kms:*", "Principal": {"Service": "s3.amazonaws.com"}}, False),
    "through its service": (
        {"Action": "kms:*", "Condition": {"StringLike": {"kms:viaservice": "s3.*"}}}, True,
    ),
    "through another service": (
        {"Action": "kms:*", "Condition": {"StringEquals": {"kms:ViaService": "ec2.x"}}}, False,
    ),
    "with what nobody sends": (
        {"Action": "kms:*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, False,
    ),
    "with what nobody sends, if it is sent": (
        {"Action": "kms:*", "Condition": {"StringEqualsIfExists": {"aws:SourceVpc": "v"}}}, True,
    ),
    "without what is sent": (
        {"Action": "kms:*", "Condition": {"Null": {"kms:ViaService": "true"}}}, False,
    ),
    "with what is sent": (
        {"Action": "kms:*", "Condition": {"Null": {"kms:ViaService": "false"}}}, True,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("said", "allowed"), POLICIES.values(), ids=POLICIES.keys())
def test_a_policy_is_read_as_kms_reads_it(said: Document, allowed: bool) -> None:
    whole = {"Effect": "Allow", "Principal": ROOT, "Resource": "*", **said}
    assert allows({"Statement": whole}, CALLER, "kms:Decrypt") is allowed


def test_a_statement_for_all_but_some_is_not_guessed_at() -> None:
    made = {"Effect": "Allow", "NotPrincipal": ROOT, "Action": "kms:*", "Resource": "*"}
    with pytest.raises(UnclearPolicyError):
        allows({"Statement": [made]}, CALLER, "kms:Decrypt")


def make_key(policy: Document | None = None, *, rotated: bool = True, **more: Any) -> str:
    kms = boto3.client("kms", region_name=REGION)
    given = {"Policy": json.dumps(policy)} if policy else {}
    arn: str = kms.create_key(**given, **more)["KeyMetadata"]["Arn"]
    if rotated:
        kms.enable_key_rotation(KeyId=arn)
    return arn


def config_with(arn: str, purpose: str = "buckets") -> StackConfig:
    own = arn.split(":")[4]
    return parse(changed(f"encryption.{purpose}KeyArn", arn, {**GOOD, "account": own}))


def looked_at(config: StackConfig) -> list[Result]:
    return list(check_own_keys(config, clients(REGION)))


def test_a_good_key_is_found_so() -> None:
    found = looked_at(config_with(make_key()))
    assert {result.outcome for result in found} == {Outcome.OK}
    assert any("rotated every 365 days" in result.found for result in found)


@pytest.mark.parametrize("purpose", PURPOSES[:3])
def test_a_key_that_lets_nobody_in_is_a_problem(purpose: str) -> None:
    nobody = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::9:root"},
                             "Action": "kms:*", "Resource": "*"}]}  # fmt: skip
    found = looked_at(config_with(make_key(nobody), purpose))
    assert Outcome.PROBLEM in {result.outcome for result in found}


def test_a_key_that_never_turns() -> None:
    (found,) = [
        r for r in looked_at(config_with(make_key(rotated=False))) if r.outcome is Outcome.PROBLEM
    ]
    assert found.remedy.startswith("aws kms enable-key-rotation")


def test_a_key_that_is_disabled_signs_or_is_not_there() -> None:
    arn = make_key()
    boto3.client("kms", region_name=REGION).disable_key(KeyId=arn.rpartition("/")[2])
    assert "is Disabled" in looked_at(config_with(arn))[0].found
    signing = make_key(rotated=False, KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")
    assert "for SIGN_VERIFY" in looked_at(config_with(signing))[0].found
    gone = arn[:-4] + "0000"
    assert "there is no" in looked_at(config_with(gone))[0].found


def test_a_key_that_nobody_lets_us_see_is_unknown() -> None:
    class Closed:
        def describe_key(self, **_: Any) -> None:
            from tests.infra.preflight.account import refusal

            raise refusal("DescribeKey", "AccessDeniedException")

    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k"
    (found,) = check_own_keys(config_with(arn), lambda service: Closed())
    assert found.outcome is Outcome.UNKNOWN
    assert "kms:DescribeKey" in found.remedy and "clickhouse-byoc=true" in found.remedy


def test_copies_of_backups_are_looked_at_in_their_region() -> None:
    kms = boto3.client("kms", region_name="eu-west-1")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    replica = {"region": "eu-west-1", "keyArn": arn}
    config = parse(
        changed("storage.backupReplica", replica, {**GOOD, "account": arn.split(":")[4]})
    )
    found = looked_at(config)
    assert [r.subject.split()[0] for r in found if r.outcome is Outcome.PROBLEM] == ["replica"]


def stack_file(folder: Path, config: Document) -> Path:
    file = folder / "Pulumi.test.yaml"
    file.write_text(yaml.safe_dump({"config": {f"byoc:{k}": v for k, v in config.items()}}))
    return file


def test_an_up_is_refused_for_a_key_that_would_end_it_in_its_middle(tmp_path: Path) -> None:
    arn = make_key(rotated=False)
    document = changed("encryption.bucketsKeyArn", arn, {**GOOD, "account": arn.split(":")[4]})
    told = before_up.problems(stack_file(tmp_path, document))
    assert told is not None
    assert "is never rotated" in told and "enable-key-rotation" in told
    boto3.client("kms", region_name=REGION).enable_key_rotation(KeyId=arn)
    assert before_up.problems(stack_file(tmp_path, document)) is None


def test_without_own_keys_an_up_asks_nobody(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("infra.preflight.run.clients", None)
    assert before_up.problems(stack_file(tmp_path, GOOD)) is None
