"""What a killed engine was making is looked for as the provider that was making it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError

from control.cli.pending_plan import Fate, Pending
from infra.pending.find import sights
from tests.infra.config.documents import Document, changed

REGION = "us-east-1"
ACCOUNT = "123456789012"
TRUST = '{"Version": "2012-10-17", "Statement": []}'
OURS = {"clickhouse-byoc": "true", "clickhouse-byoc-deployment": "acme", "Name": "acme-it"}
ROLE = "aws:iam/role:Role"
KEY = "aws:kms/key:Key"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    document: Document = changed("account", ACCOUNT)
    made = tmp_path / "Pulumi.acme.yaml"
    made.write_text(yaml.safe_dump({"config": {f"byoc:{k}": v for k, v in document.items()}}))
    return made


def pairs(tags: dict[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in tags.items()]


def pending(type_: str, inputs: dict[str, Any], **provider: Any) -> Pending:
    return Pending(urn=type_, type=type_, inputs=inputs, provider={"region": REGION, **provider})


def fate(file: Path, what: Pending) -> Fate:
    return sights(file, [what], leaving=False)[what.urn].fate


def test_a_role_is_ours_by_its_tag(file: Path) -> None:
    iam = boto3.client("iam")
    tags = {"ours": OURS, "others": OURS | {"clickhouse-byoc-deployment": "other"}}
    for name, told in tags.items():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, Tags=pairs(told))
    assert fate(file, pending(ROLE, {"name": "ours"})) is Fate.THERE
    assert fate(file, pending(ROLE, {"name": "others"})) is Fate.FOREIGN
    assert fate(file, pending(ROLE, {"name": "nothing"})) is Fate.ABSENT


def test_a_key_has_no_name_and_is_found_by_its_tags(file: Path) -> None:
    wanted = pending(KEY, {"tags": OURS})
    kms = boto3.client("kms", region_name=REGION)
    kms.create_key(Tags=pairs(OURS | {"Name": "acme-another"}, "TagKey", "TagValue"))
    assert fate(file, wanted) is Fate.ABSENT
    made = kms.create_key(Tags=pairs(OURS, "TagKey", "TagValue"))["KeyMetadata"]["KeyId"]
    found = sights(file, [wanted], leaving=False)[wanted.urn]
    assert (found.fate, found.id) == (Fate.THERE, made)
    kms.schedule_key_deletion(KeyId=made)
    assert fate(file, wanted) is Fate.ABSENT


def test_what_has_no_name_is_not_taken_from_who_uses_it_and_two_are_told(file: Path) -> None:
    ec2 = boto3.client("ec2", region_name=REGION)
    lost = replace(pending("aws:ec2/vpc:Vpc", {"tags": OURS}), not_before=datetime.now(UTC))
    tags = [{"ResourceType": "vpc", "Tags": pairs(OURS)}]
    first, second = (
        ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
        for _ in range(2)
    )
    two = sights(file, [lost], leaving=False)[lost.urn]
    assert two.fate is Fate.SEVERAL
    assert first in two.why
    assert second in two.why
    ec2.delete_vpc(VpcId=second)
    assert sights(file, [lost], leaving=False)[lost.urn].id == first
    ec2.create_subnet(VpcId=first, CidrBlock="10.0.0.0/24")
    assert fate(file, lost) is Fate.FOREIGN
    assert fate(file, replace(lost, not_before=None)) is Fate.THERE


def test_a_bucket_with_objects_was_made_and_answered(file: Path) -> None:
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket="acme-data")
    lost = replace(
        pending("aws:s3/bucket:Bucket", {"bucket": "acme-data"}), not_before=datetime.now(UTC)
    )
    assert fate(file, lost) is Fate.THERE
    s3.put_object(Bucket="acme-data", Key="x", Body=b"")
    assert fate(file, lost) is Fate.FOREIGN


def test_inputs_that_lack_what_is_looked_for_are_no_reason_to_count_it_as_gone(file: Path) -> None:
    found = sights(file, [pending(ROLE, {})], leaving=False)[ROLE]
    assert (found.fate, found.why) == (Fate.UNKNOWN, "its name is not known")


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1", "cn-north-1"])
def test_what_is_found_by_its_arn_is_found_in_every_partition(file: Path, region: str) -> None:
    logs = boto3.client("logs", region_name=region)
    logs.create_log_group(logGroupName="/byoc/acme", tags=OURS)
    group = pending("aws:cloudwatch/logGroup:LogGroup", {"name": "/byoc/acme"}, region=region)
    assert fate(file, group) is Fate.THERE


def test_the_region_and_the_role_are_the_providers(file: Path) -> None:
    kms = boto3.client("kms", region_name="eu-west-1")
    kms.create_key(Tags=pairs(OURS, "TagKey", "TagValue"))
    arn = f"arn:aws:iam::{ACCOUNT}:role/Management"
    roles = json.dumps([{"roleArn": arn, "externalId": "agreed", "sessionName": "x"}])
    there = pending(KEY, {"tags": OURS}, region="eu-west-1", assumeRoles=roles)
    assert fate(file, there) is Fate.THERE
    assert fate(file, pending(KEY, {"tags": OURS})) is Fate.ABSENT


def test_what_is_only_set_is_not_looked_for(file: Path) -> None:
    assert fate(file, pending("aws:iam/rolePolicy:RolePolicy", {})) is Fate.AGAIN


def test_credentials_of_another_account_see_nothing(file: Path) -> None:
    file.write_text(file.read_text().replace(ACCOUNT, "999999999999"))
    what = pending(ROLE, {"name": "ours"})
    found = sights(file, [what], leaving=False)[what.urn]
    assert found.fate is Fate.UNKNOWN
    assert "these credentials are of account 123456789012" in found.why


def test_what_is_refused_is_unknown(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetRole")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refused)
    found = sights(file, [pending(ROLE, {"name": "ours"})], leaving=False)[ROLE]
    assert (found.fate, found.why) == (Fate.UNKNOWN, "GetRole was refused: AccessDenied")


def test_a_bad_configuration_is_no_reason_to_count_anything_as_gone(file: Path) -> None:
    file.write_text("config:\n  byoc:name: acme\n")
    assert fate(file, pending(ROLE, {"name": "ours"})) is Fate.UNKNOWN


def test_what_is_not_of_aws_is_for_others(file: Path) -> None:
    assert sights(file, [pending("random:index:Id", {})], leaving=False) == {}
