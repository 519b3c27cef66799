"""The account looked through: things of each kind are found, and their commands remove them."""

import functools
import json
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from infra.orphans.command import app, leftovers
from infra.orphans.dns_records import DNS_RECORDS
from infra.orphans.scan import KINDS, Scan, left_of, look, nothing
from infra.preflight import run
from permissions.audit import AUDIT, ORPHANS
from permissions.names import Scope
from tests.infra.config.documents import Document, changed

REGION = "us-east-1"
ACCOUNT = "123456789012"
ACME = Scope(name="acme", region=REGION, account=ACCOUNT)
TAGS = [{"Key": "clickhouse-byoc-deployment", "Value": "acme"}]
TRUST = '{"Version": "2012-10-17", "Statement": []}'
RIGHTS = (
    '{"Version": "2012-10-17",'
    ' "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'
)
MINE: Document = changed("account", ACCOUNT)


@functools.cache
def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)


def tagged(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": TAGS}]


def network() -> None:
    """What hangs together, so that one deed makes several kinds."""
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("vpc"))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(
        VpcId=vpc, CidrBlock="10.0.0.0/24", TagSpecifications=tagged("subnet")
    )["Subnet"]["SubnetId"]
    gateway = ec2.create_internet_gateway(TagSpecifications=tagged("internet-gateway"))
    ec2.attach_internet_gateway(
        InternetGatewayId=gateway["InternetGateway"]["InternetGatewayId"], VpcId=vpc
    )
    table = ec2.create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table"))
    ec2.associate_route_table(RouteTableId=table["RouteTable"]["RouteTableId"], SubnetId=subnet)
    address = ec2.allocate_address(TagSpecifications=tagged("elastic-ip"))["AllocationId"]
    ec2.create_nat_gateway(
        SubnetId=subnet, AllocationId=address, TagSpecifications=tagged("natgateway")
    )
    ec2.create_network_interface(SubnetId=subnet, Description="Amazon EKS clickhouse-cloud-acme")
    ec2.create_security_group(
        GroupName="eks-cluster-sg-clickhouse-cloud-acme-1", Description="x", VpcId=vpc
    )
    ec2.create_vpc_endpoint(
        VpcId=vpc, VpcEndpointType="Gateway", ServiceName=f"com.amazonaws.{REGION}.s3",
        TagSpecifications=tagged("vpc-endpoint"),
    )  # fmt: skip
    other = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    ec2.create_vpc_peering_connection(
        VpcId=vpc, PeerVpcId=other, TagSpecifications=tagged("vpc-peering-connection")
    )


def storage() -> None:
    ec2, s3 = client("ec2"), client("s3")
    volume = ec2.create_volume(
        Size=1, AvailabilityZone=f"{REGION}a", TagSpecifications=tagged("volume")
    )["VolumeId"]
    ec2.create_snapshot(VolumeId=volume, TagSpecifications=tagged("snapshot"))
    ec2.create_launch_template(
        LaunchTemplateName="acme-us-east-1-workload", LaunchTemplateData={"ImageId": "ami-1"}
    )
    s3.create_bucket(Bucket=f"acme-{REGION}-{ACCOUNT}-data")
    s3.create_bucket(Bucket=f"other-{REGION}-{ACCOUNT}-data")


def identities() -> None:
    iam, kms = client("iam"), client("kms")
    iam.create_role(RoleName="acme-us-east-1-thanos", AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(
        RoleName="acme-us-east-1-thanos", PolicyName="rights", PolicyDocument=RIGHTS
    )
    iam.create_instance_profile(InstanceProfileName="acme-us-east-1-nodes")
    iam.create_policy(PolicyName="acme-us-east-1-boundary", PolicyDocument=RIGHTS)
    key = kms.create_key(Tags=[{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in TAGS])
    kms.create_alias(
        AliasName="alias/acme-us-east-1-volumes", TargetKeyId=key["KeyMetadata"]["KeyId"]
    )
    client("logs").create_log_group(logGroupName="/byoc/acme-us-east-1/flow-logs")


FOUND: dict[str, tuple[Callable[[], None], set[str]]] = {
    "network": (
        network,
        {
            "VPCs", "subnets", "internet gateways", "route tables", "addresses", "NAT gateways",
            "network interfaces", "security groups", "VPC endpoints", "VPC peerings",
        },
    ),
    "storage": (storage, {"volumes", "snapshots", "launch templates", "buckets"}),
    "identities": (
        identities,
        {"roles", "instance profiles", "policies", "keys", "key aliases", "log groups"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("deed", "kinds"), FOUND.values(), ids=FOUND.keys())
def test_what_is_there_is_found_and_nothing_else(deed: Callable[[], None], kinds: set[str]) -> None:
    assert look(ACME, client) == Scan(orphans=(), unknown=())
    deed()
    found = look(ACME, client)
    assert {orphan.kind for orphan in found.orphans} == kinds
    assert found.unknown == ()
    for orphan in found.orphans:
        assert orphan.remove.startswith("aws ")
        assert orphan.remove.endswith(f" --region {REGION}")
        assert "other" not in orphan.id


@pytest.mark.parametrize(("deed", "kinds"), FOUND.values(), ids=FOUND.keys())
def test_the_commands_remove_it_from_the_top(deed: Callable[[], None], kinds: set[str]) -> None:
    deed()
    for orphan in look(ACME, client).orphans:
        for command in orphan.remove.split(" && "):
            typed(command)
    assert look(ACME, client).orphans == ()


def typed(command: str) -> None:
    """What `aws SERVICE OPERATION --option value` calls, by the same models."""
    _, service, operation, *options = shlex.split(command)
    asking = client("s3" if service == "s3api" else service)
    method = operation.replace("-", "_")
    model = asking.meta.service_model.operation_model(asking.meta.method_to_api_mapping[method])
    given: dict[str, Any] = {}
    for name, value in pairs(options):
        member = next(m for m in model.input_shape.members if dashed(m) == name)
        kind = model.input_shape.members[member].type_name
        given[member] = json.loads(value) if kind == "structure" else value
        if kind == "list":
            given[member] = [value]
    getattr(asking, method)(**given)


def pairs(options: list[str]) -> Iterator[tuple[str, str]]:
    for name, value in zip(options[::2], options[1::2], strict=True):
        if name != "--region":
            yield name.removeprefix("--"), value


def dashed(member: str) -> str:
    from botocore import xform_name

    return str(xform_name(member, "-"))


def test_records_of_external_dns_are_its_owners_and_each_has_its_command() -> None:
    route53 = client("route53")
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="x")["HostedZone"]["Id"]
    named = replace(ACME, hosted_zone=zone.rpartition("/")[2])
    assert records_left(named) == []
    for owner, name in (("acme", "api"), ("other", "web")):
        text = f'"heritage=external-dns,external-dns/owner={owner},external-dns/resource=service/x"'
        record(zone, f"{name}.example.com.", "A", "192.0.2.1")
        record(zone, f"a-{name}.example.com.", "TXT", text)
    record(zone, "mail.example.com.", "TXT", '"v=spf1 -all"')
    found = records_left(named)
    names = {"a-api.example.com. TXT", "api.example.com. A"}
    assert {orphan.id for orphan in found} == names
    assert found[0].why == "tag external-dns/owner=acme"
    for orphan in found:
        typed(orphan.remove)
    assert records_left(named) == []
    gone = replace(ACME, hosted_zone="Z0123456789")
    assert records_left(gone) == [], "its zone went with them"


def records_left(scope: Scope) -> list[Any]:
    return list(left_of(DNS_RECORDS, scope, client, nothing))


def record(zone: str, name: str, type_: str, value: str) -> None:
    made = {"Name": name, "Type": type_, "TTL": 300, "ResourceRecords": [{"Value": value}]}
    changes = [{"Action": "CREATE", "ResourceRecordSet": made}]
    client("route53").change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": changes}
    )


def test_what_is_refused_is_unknown_and_never_clean() -> None:
    class Refusing:
        def __getattr__(self, name: str) -> Any:
            def call(*_: Any, **__: Any) -> Any:
                raise ClientError({"Error": {"Code": "AccessDenied"}}, "ListRoles")

            return call

    found = look(ACME, lambda service: Refusing() if service == "iam" else client(service))
    assert {unknown.kind for unknown in found.unknown} == {"instance profiles", "roles", "policies"}
    assert found.unknown[0].why == "ListRoles was refused: AccessDenied"
    assert not found.is_clean


def test_the_rights_are_those_that_the_kinds_ask_for() -> None:
    granted = {row.action for row in AUDIT if row.component == ORPHANS}
    assert granted == {right for kind in KINDS for right in kind.rights}


def stack_file(folder: Path, document: Document) -> Path:
    file = folder / "Pulumi.acme.yaml"
    file.write_text(yaml.safe_dump({"config": {f"byoc:{k}": v for k, v in document.items()}}))
    return file


def test_the_command_ends_with_1_where_something_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "clients", lambda region: client)
    file = stack_file(tmp_path, MINE)
    clean = CliRunner().invoke(app, ["--stack", str(file), "--json"])
    assert (clean.exit_code, json.loads(clean.stdout)) == (0, {"orphans": [], "unknown": []})
    identities()
    left = CliRunner().invoke(app, ["--stack", str(file)])
    assert left.exit_code == 1
    assert "aws iam delete-role-policy --role-name acme-us-east-1-thanos" in left.stdout
    clean_now, document, lines = leftovers(file)
    assert not clean_now
    assert len(document["orphans"]) == 6
    assert "6 things are left" in lines[0]


def test_credentials_of_another_account_see_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "clients", lambda region: client)
    file = stack_file(tmp_path, changed("account", "999999999999"))
    told = CliRunner().invoke(app, ["--stack", str(file)])
    assert told.exit_code == 1
    assert "these credentials are of account 123456789012" in told.stdout


def test_a_bad_configuration_ends_with_2_and_is_unknown_after_a_destroy(tmp_path: Path) -> None:
    file = stack_file(tmp_path, changed("region", "moon-1"))
    assert CliRunner().invoke(app, ["--stack", str(file)]).exit_code == 2
    clean, document, _ = leftovers(file)
    assert not clean
    assert document["unknown"][0]["kind"] == "everything"


def test_the_policy_of_the_scan_is_printed(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["--stack", str(stack_file(tmp_path, MINE)), "--rights"])
    document = json.loads(told.stdout)
    actions = {action for each in document["Statement"] for action in each["Action"]}
    assert not [
        a for a in actions if not a.partition(":")[2].startswith(("Describe", "List", "Get"))
    ]
