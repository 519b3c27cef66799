"""The encryption layer: a rotated key for each purpose, usable by those it is for."""

import json
from typing import Any

import pytest

from components.aws.key_policies import KEYS, KeyPurpose, key_policy
from infra.fixed.recorded import TDE_KEY
from permissions.names import Scope
from tests.components.aws.deployments import example, with_change

KEY = "aws:kms/key:Key"
PURPOSES = [spec.purpose for spec in KEYS if not spec.optional]
OWN = "arn:aws:kms:us-east-1:111111111111:key/own-key"
DELEGATE = "arn:aws:iam::111111111111:role/acme-us-east-1-tde-delegate"
SCOPE = Scope(name="acme", region="us-east-1", account="111111111111")


def policy(purpose: KeyPurpose) -> dict[str, dict[str, Any]]:
    spec = next(spec for spec in KEYS if spec.purpose is purpose)
    return {statement["Sid"]: statement for statement in key_policy(spec, SCOPE)["Statement"]}


def test_each_purpose_has_a_rotated_key_with_a_name() -> None:
    keys = example().all(KEY)
    assert len(keys) == len(PURPOSES)
    for key in keys:
        assert key.inputs["enableKeyRotation"] is True
        assert key.inputs["rotationPeriodInDays"] == 365
        assert key.inputs["deletionWindowInDays"] == 30
    assert {alias.inputs["name"] for alias in example().all("aws:kms/alias:Alias")} == {
        f"alias/acme-eu-central-1-{purpose.value}" for purpose in PURPOSES
    }


@pytest.mark.parametrize("purpose", [spec.purpose for spec in KEYS])
def test_the_account_never_locks_itself_out(purpose: KeyPurpose) -> None:
    statement = policy(purpose)["AccountThroughIam"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::111111111111:root"}
    assert "Condition" not in statement


@pytest.mark.parametrize("purpose", [spec.purpose for spec in KEYS])
def test_whoever_is_not_the_account_is_bound_by_a_condition(purpose: KeyPurpose) -> None:
    for sid, statement in policy(purpose).items():
        if sid != "AccountThroughIam":
            assert statement["Condition"]
            assert "kms:*" not in statement["Action"]


def test_volumes_are_opened_through_ec2_by_this_account_alone() -> None:
    for sid in ("VolumesThroughEc2", "GrantsForVolumes"):
        equals = policy(KeyPurpose.VOLUMES)[sid]["Condition"]["StringEquals"]
        assert equals["kms:CallerAccount"] == "111111111111"
        assert equals["kms:ViaService"] == "ec2.us-east-1.amazonaws.com"


def test_logs_are_written_for_log_groups_of_this_account_alone() -> None:
    statement = policy(KeyPurpose.LOGS)["CloudWatchLogs"]
    assert statement["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
    context = statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    assert context == "arn:aws:logs:us-east-1:111111111111:log-group:*"


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_customers_own_key_is_used_instead(purpose: KeyPurpose) -> None:
    seen = with_change(f"encryption.{purpose.value}KeyArn", OWN)
    assert len(seen.all(KEY)) == len(PURPOSES) - 1
    users = [r for r in seen.resources if r.custom and OWN in json.dumps(r.inputs)]
    assert users


def test_data_keys_of_servers_have_a_key_and_a_role_that_does_nothing_else() -> None:
    seen = with_change("encryption.tde", True)
    assert len(seen.all(KEY)) == len(PURPOSES) + 1
    assert str(seen.one(KEY, "encryption-tde").urn).endswith(TDE_KEY)
    role = seen.one("aws:iam/role:Role", "access-role-tde-delegate").inputs
    assert not [r for r in seen.all("aws:iam/rolePolicy:RolePolicy") if "tde-delegate" in r.name]
    (trust,) = json.loads(role["assumeRolePolicy"])["Statement"]
    assert trust["Condition"] == {
        "ArnEquals": {
            "aws:PrincipalArn": "arn:aws:iam::111111111111:role/acme-us-east-1-CH-S3-Role"
        }
    }
    used = policy(KeyPurpose.TDE)["DataKeysOfServers"]
    assert used["Action"] == ["kms:Decrypt"]
    assert used["Condition"]["ArnEquals"] == {"aws:PrincipalArn": DELEGATE}
    assert used["Condition"]["StringEquals"]["kms:EncryptionContext:byoc:deployment"] == "acme"


def test_what_opens_data_keys_is_denied_to_all_but_one_role() -> None:
    statements = policy(KeyPurpose.TDE)
    for sid, action, role in (
        ("ServersAloneOpen", "kms:Decrypt", DELEGATE),
        ("ServersAloneOpen", "kms:GenerateDataKey", DELEGATE),
        (
            "ControllerAloneRewraps",
            "kms:ReEncryptFrom",
            DELEGATE.replace("tde-delegate", "controller"),
        ),
    ):
        denied = statements[sid]
        assert denied["Effect"] == "Deny"
        assert action in denied["Action"]
        assert denied["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": role}}
    made = statements["DataKeysMade"]["Action"]
    assert "kms:GenerateDataKeyWithoutPlaintext" in made
    assert not {"kms:Decrypt", "kms:GenerateDataKey"} & set(made)


def test_without_data_keys_there_is_neither() -> None:
    names = {r.name for r in example().resources}
    assert not [name for name in names if "tde" in name]
