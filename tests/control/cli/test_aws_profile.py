"""The profile that a program goes by means another role in each command, and stays the caller's
where the caller has one of that name."""

from __future__ import annotations

import configparser
import json
import os
import shlex
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml

from control.cli import aws_session, extensions
from control.cli.aws_profile import Acting, Profile, current, defines, give_meaning, section
from control.cli.errors import UsageError
from control.cli.kube_token import main as kube_token
from infra.access.profile import profile
from tests.infra.config.documents import Document, changed
from tests.local.aws.cloud import started_local_aws

ROLE = "arn:aws:iam::111111111111:role/ClickHouseManagementRole"
PROFILE = Profile(
    name="byoc-acme",
    region="us-east-1",
    external_id="an id; with # signs",
    role_arns={"read": f"{ROLE}-read", "change": ROLE, "remove": f"{ROLE}-deprovision"},
)
THEIRS = "[default]\nregion = eu-west-1\n[profile sso]\nsso_session = acme\n"


@dataclass
class Workspace:
    env_vars: dict[str, str] = field(default_factory=dict)


@dataclass
class Stack:
    name: str = "prod"
    workspace: Workspace = field(default_factory=Workspace)


@dataclass
class Opened:
    """As much of an opened stack as is given a meaning."""

    project: Path
    stack: Stack = field(default_factory=Stack)
    name: str = "prod"
    kept: list[Any] = field(default_factory=list)


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    monkeypatch.setattr(extensions, "profile_of", lambda file: PROFILE)
    (tmp_path / "config").write_text(THEIRS)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    return Opened(project=tmp_path)


def given(opened: Any, acting: Acting) -> dict[str, str]:
    give_meaning(opened, acting)
    file = opened.stack.workspace.env_vars.get("AWS_CONFIG_FILE")
    if file is None:
        return {}
    assert Path(file).stat().st_mode & 0o077 == 0
    parser = configparser.RawConfigParser()
    parser.read(file)
    assert parser["profile sso"]["sso_session"] == "acme", "the caller's own are there still"
    return dict(parser["profile byoc-acme"])


@pytest.mark.parametrize("acting", Acting)
def test_each_command_has_the_rights_of_its_role(acting: Acting, opened: Opened) -> None:
    words = shlex.split(given(opened, acting)["credential_process"])
    assert words[1:] == [
        "aws-session", "--region", "us-east-1", "--role-arn", PROFILE.role_arns[acting],
        "--external-id", "an id; with # signs",
    ]  # fmt: skip
    assert os.access(words[0], os.X_OK)


def test_the_file_goes_with_the_stack(opened: Opened) -> None:
    given(opened, Acting.READ)
    file = Path(opened.stack.workspace.env_vars["AWS_CONFIG_FILE"])
    opened.kept.clear()
    assert not file.parent.exists()


def test_a_profile_that_the_caller_has_is_left_alone(opened: Opened) -> None:
    own = f"{THEIRS}[profile byoc-acme]\nrole_arn = {ROLE}\n"
    (opened.project / "config").write_text(own)
    assert given(opened, Acting.CHANGE) == {}


def test_a_program_that_takes_its_role_on_itself_is_given_nothing(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extensions, "profile_of", lambda file: None)
    assert given(opened, Acting.CHANGE) == {}


def test_without_an_external_id_none_is_told() -> None:
    without = Profile(
        name="p", region="r", external_id=None, role_arns={"read": "a", "change": "b"}
    )
    assert "--external-id" not in section(without, Acting.READ)


def test_no_configuration_is_an_empty_one(tmp_path: Path) -> None:
    assert current({"AWS_CONFIG_FILE": str(tmp_path / "none")}) == ""
    assert not defines("", "byoc-acme")


def test_a_configuration_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        current({"AWS_CONFIG_FILE": str(tmp_path)})
    with pytest.raises(UsageError, match="is none"):
        defines("no section\n", "byoc-acme")


STACKS: dict[str, tuple[Document | None, dict[str, str] | None]] = {
    "by a profile": (
        changed("access", {"roleArn": f"{ROLE}-provision", "profile": "byoc-acme"}),
        {"read": f"{ROLE}-read", "change": f"{ROLE}-provision", "remove": f"{ROLE}-deprovision"},
    ),
    "by the role itself": (changed("access", {"roleArn": ROLE}), None),
    "by the caller's rights": (changed("name", "acme"), None),
    "a bad configuration": (changed("region", "nowhere"), None),
    "no stack file": (None, None),
}


@pytest.mark.parametrize(("document", "roles"), STACKS.values(), ids=STACKS.keys())
def test_a_stack_file_says_which_roles_the_profile_stands_for(
    document: Document | None, roles: dict[str, str] | None, tmp_path: Path
) -> None:
    file = tmp_path / "Pulumi.prod.yaml"
    if document is not None:
        config = {f"byoc:{key}": value for key, value in document.items()}
        file.write_text(yaml.safe_dump({"config": config}))
    found = extensions.profile_of(file)
    assert (found and found.role_arns) == roles
    assert (profile(file) is None) is (roles is None)


def test_a_session_ends_when_aws_says_so() -> None:
    ends = datetime(2026, 1, 1, 12, tzinfo=UTC)
    keys = {
        "AccessKeyId": "ASIA", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": ends,
    }  # fmt: skip
    assert aws_session.document(keys) == {
        "Version": 1, "AccessKeyId": "ASIA", "SecretAccessKey": "s", "SessionToken": "t",
        "Expiration": "2026-01-01T12:00:00+00:00",
    }  # fmt: skip


def test_the_sdk_reads_the_roles_credentials_from_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The profile as botocore takes it, and kube-token by it; without it by the role itself."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}
        ],
    }
    with started_local_aws(tmp_path) as aws:
        key = aws.user_key("ada")
        made = aws.client("iam").create_role(
            RoleName="reading", AssumeRolePolicyDocument=json.dumps(trust)
        )["Role"]["Arn"]
        names = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        for name, value in zip(names, (aws.url, key.id, key.secret), strict=True):
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        asked = Profile(
            name="byoc-acme", region="eu-central-1", external_id="id", role_arns={"read": made}
        )
        (tmp_path / "config").write_text(section(asked, Acting.READ))
        session = botocore.session.Session(profile="byoc-acme")
        caller = session.create_client("sts").get_caller_identity()["Arn"]
        assert caller.startswith("arn:aws:sts::111111111111:assumed-role/reading/")
        cluster = ["--cluster", "c", "--region", "eu-central-1"]
        by_role = ["--role-arn", f"{made}-that-is-not-there"]
        assert kube_token([*cluster, "--profile", "byoc-acme", *by_role]) == 0
        assert kube_token([*cluster, "--profile", "another", *by_role]) == 1
        assert "AWS gave no identity" in capsys.readouterr().err
        assert aws_session.main(["--region", "eu-central-1", *by_role]) == 1
