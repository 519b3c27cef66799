"""Data keys under the key's own policy and the roles' own rights, decided as AWS would: the
controller has them made, the pods of servers open them, and nobody else does."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from components.aws.key_policies import SPECS, KeyPurpose, key_policy
from control.controller.kms_keys import DataKeyError, KmsKeys
from control.data_keys import __main__ as opener
from control.warehouses.data_keys import DataKey, encryption_context, keyring_text
from permissions.deployment.roles import DEPLOYMENT_ROLES, trust_policy
from permissions.documents import document
from permissions.names import Scope
from tests.local.aws.cloud import CUSTOMER, REGION, Key, LocalAws
from tests.local.aws.iam.control import control

SCOPE = Scope(name="vaulted", region=REGION, account=CUSTOMER)
SUFFIXES = ("CH-S3-Role", "tde-delegate", "controller")
ROLES = {role.suffix: role for role in DEPLOYMENT_ROLES if role.suffix in SUFFIXES}
OWNER = f"arn:aws:iam::{CUSTOMER}:root"
ADMIN = "data-keys-admin"
LAKE = encryption_context("vaulted", "clickhouse", "lake", "uid-lake")
POND = encryption_context("vaulted", "clickhouse", "pond", "uid-pond")
ELSEWHERE = encryption_context("another", "clickhouse", "lake", "uid-lake")


@dataclass(frozen=True, kw_only=True)
class Vault:
    aws: LocalAws
    arn: str
    sessions: dict[str, Key]

    @property
    def key_id(self) -> str:
        return self.arn.rpartition("/")[2]

    def kms(self, who: str) -> Any:
        return self.aws.client("kms", key=self.sessions[who])

    def keys(self, who: str) -> KmsKeys:
        """A new one each time: what was seen before does not count."""
        return KmsKeys(lambda region: self.kms(who), lambda: datetime.now(UTC))

    def make(self) -> DataKey:
        return self.keys("controller").make(1, self.arn, LAKE)

    def environment(self, who: str) -> dict[str, str]:
        key = self.sessions[who]
        return {
            "AWS_ENDPOINT_URL": self.aws.url,
            "AWS_ACCESS_KEY_ID": key.id,
            "AWS_SECRET_ACCESS_KEY": key.secret,
            "AWS_SESSION_TOKEN": key.token or "",
        }


@pytest.fixture(scope="module")
def vault(aws: LocalAws) -> Iterator[Vault]:
    iam = aws.client("iam")
    somebody = aws.user_key("data-keys")
    sessions = {}
    for suffix, role in ROLES.items():
        trust = trust_policy(role, SCOPE, None) if suffix == "tde-delegate" else trusting(OWNER)
        iam.create_role(
            RoleName=SCOPE.role_name(suffix), AssumeRolePolicyDocument=json.dumps(trust)
        )
        if role.rows:
            rights(iam, SCOPE.role_name(suffix), document(role.rows, SCOPE))
    iam.create_role(RoleName=ADMIN, AssumeRolePolicyDocument=json.dumps(trusting(OWNER)))
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    rights(iam, ADMIN, {"Version": "2012-10-17", "Statement": [everything]})
    for who, name in {
        "server": SCOPE.role_name("CH-S3-Role"),
        "controller": SCOPE.role_name("controller"),
        "admin": ADMIN,
    }.items():
        sessions[who] = aws.assume(f"arn:aws:iam::{CUSTOMER}:role/{name}", somebody)
    delegate = SCOPE.role_arn("tde-delegate")
    sessions["delegate"] = aws.assume(delegate, sessions["server"])
    arn = new_key(aws)
    limited = [
        *(SCOPE.role_arn(suffix) for suffix in ROLES),
        f"arn:aws:iam::{CUSTOMER}:role/{ADMIN}",
    ]
    control(aws, "enforcement", "PUT", {"principals": limited})
    yield Vault(aws=aws, arn=arn, sessions=sessions)
    control(aws, "enforcement", "PUT", {"principals": []})


def trusting(principal: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def rights(iam: Any, role: str, policy: dict[str, Any]) -> None:
    iam.put_role_policy(RoleName=role, PolicyName="rights", PolicyDocument=json.dumps(policy))


def new_key(aws: LocalAws) -> str:
    policy = json.dumps(key_policy(SPECS[KeyPurpose.TDE], SCOPE))
    arn: str = aws.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]
    return arn


@pytest.fixture
def withdrawn(vault: Vault) -> Iterator[Callable[[], None]]:
    kms = vault.aws.client("kms")
    yield lambda: kms.disable_key(KeyId=vault.key_id)
    kms.enable_key(KeyId=vault.key_id)


def open_as(vault: Vault, who: str, key: DataKey, context: dict[str, str]) -> bytes:
    answer = vault.kms(who).decrypt(
        KeyId=key.kms_key_arn,
        CiphertextBlob=base64.b64decode(key.wrapped),
        EncryptionContext=context,
    )
    plain: bytes = answer["Plaintext"]
    return plain


def test_servers_open_what_the_controller_had_made(vault: Vault) -> None:
    assert len(open_as(vault, "delegate", vault.make(), LAKE)) == 32


@pytest.mark.parametrize("who", ["controller", "server", "admin"])
def test_nobody_else_opens_it(vault: Vault, who: str) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        open_as(vault, who, vault.make(), LAKE)


REFUSED = {
    "of another deployment": (ELSEWHERE, "AccessDenied"),
    "that nobody names": ({}, "AccessDenied"),
    "of another warehouse": (POND, "InvalidCiphertext"),
}


@pytest.mark.parametrize(("context", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_it_opens_under_its_own_words_alone(
    vault: Vault, context: dict[str, str], said: str
) -> None:
    with pytest.raises(ClientError, match=said):
        open_as(vault, "delegate", vault.make(), context)


def test_the_controller_has_keys_made_for_its_deployment_alone(vault: Vault) -> None:
    with pytest.raises(DataKeyError, match="AccessDenied"):
        vault.keys("controller").make(1, vault.arn, ELSEWHERE)
    with pytest.raises(ClientError, match="AccessDenied"):
        vault.kms("controller").generate_data_key(
            KeyId=vault.arn, NumberOfBytes=32, EncryptionContext=LAKE
        )


def test_another_kms_key_wraps_the_same_data_key(vault: Vault) -> None:
    made = vault.make()
    other = new_key(vault.aws)
    again = vault.keys("controller").rewrap(made, other, LAKE)
    assert again.kms_key_arn == other
    assert open_as(vault, "delegate", again, LAKE) == open_as(vault, "delegate", made, LAKE)


@pytest.mark.parametrize("who", ["server", "delegate", "admin"])
def test_nobody_else_takes_it_under_a_key_of_their_own(vault: Vault, who: str) -> None:
    made = vault.make()
    own = vault.aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(DataKeyError, match="AccessDenied"):
        vault.keys(who).rewrap(made, own, LAKE)


def test_a_withdrawn_key_is_noticed_and_used_again_once_it_is_back(
    vault: Vault, withdrawn: Callable[[], None]
) -> None:
    made = vault.make()
    assert vault.keys("controller").problem(vault.arn) == ""
    withdrawn()
    assert vault.keys("controller").problem(vault.arn) == f"{vault.arn} is Disabled"
    with pytest.raises(ClientError, match="DisabledException"):
        open_as(vault, "delegate", made, LAKE)
    vault.aws.client("kms").enable_key(KeyId=vault.key_id)
    assert len(open_as(vault, "delegate", made, LAKE)) == 32


def arguments(folder: Path, *keys: DataKey, at_least: int = 1) -> list[str]:
    (folder / "wrapped.json").write_text(keyring_text(keys))
    return [
        f"--region={REGION}",
        f"--role={SCOPE.role_arn('tde-delegate')}",
        *(f"--context={key}={value}" for key, value in LAKE.items()),
        f"--at-least={at_least}",
        f"--wrapped={folder / 'wrapped.json'}",
        f"--opened={folder / 'opened.xml'}",
    ]


@pytest.fixture
def as_server(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in vault.environment("server").items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("as_server")
def test_a_pod_opens_its_keys_before_its_server_starts(vault: Vault, tmp_path: Path) -> None:
    one = vault.make()
    two = vault.keys("controller").make(2, vault.arn, LAKE)
    assert opener.main(arguments(tmp_path, one, two, at_least=2)) == 0
    written = tmp_path / "opened.xml"
    for key in (one, two):
        assert open_as(vault, "delegate", key, LAKE).hex() in written.read_text()
    assert written.stat().st_mode & 0o077 == 0
    assert opener.main(arguments(tmp_path, one, two)) == 0, "a container that is started anew"


@pytest.mark.usefixtures("as_server")
def test_a_pod_says_why_it_cannot(
    vault: Vault,
    withdrawn: Callable[[], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    one = vault.make()
    assert opener.main(arguments(tmp_path, one, at_least=2)) == 1
    assert "1 data keys are here, and 2 are needed" in capsys.readouterr().err
    withdrawn()
    assert opener.main(arguments(tmp_path, one)) == 1
    said = capsys.readouterr().err
    assert said.startswith("TdeKeyUnavailable: ")
    assert f"{vault.arn} does not open data key 1" in said
    assert "is disabled" in said
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "opened.xml").exists()
