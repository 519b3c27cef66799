from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.cloud import REGION, LocalAws


@pytest.fixture
def ec2(aws: LocalAws) -> Any:
    return aws.client("ec2")


@pytest.fixture
def vpc(ec2: Any) -> str:
    return ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]


def test_a_region_has_a_default_key_for_volumes(ec2: Any) -> None:
    first = ec2.get_ebs_default_kms_key_id()["KmsKeyId"]
    assert first == f"arn:aws:kms:{REGION}:111111111111:alias/aws/ebs"
    assert ec2.modify_ebs_default_kms_key_id(KmsKeyId="arn:k")["KmsKeyId"] == "arn:k"
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "arn:k"
    assert ec2.reset_ebs_default_kms_key_id()["KmsKeyId"] == first


def test_a_templates_tags_are_not_those_of_its_instances(ec2: Any) -> None:
    def tags(kind: str, value: str) -> dict[str, Any]:
        return {"ResourceType": kind, "Tags": [{"Key": "of", "Value": value}]}

    made = ec2.create_launch_template(
        LaunchTemplateName="tagged",
        LaunchTemplateData={"TagSpecifications": [tags("instance", "instance")]},
        TagSpecifications=[tags("launch-template", "template")],
    )["LaunchTemplate"]
    id_ = made["LaunchTemplateId"]
    version = ec2.describe_launch_template_versions(LaunchTemplateId=id_)
    data = version["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    assert data["TagSpecifications"] == [tags("instance", "instance")]

    ec2.create_tags(Resources=[id_], Tags=[{"Key": "of", "Value": "changed"}])
    found = ec2.describe_launch_templates(LaunchTemplateIds=[id_])["LaunchTemplates"][0]
    assert found["Tags"] == [{"Key": "of", "Value": "changed"}]


def test_a_gateway_endpoint_routes_the_tables_it_has(ec2: Any, vpc: str) -> None:
    tables = [ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in range(2)]
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3", RouteTableIds=tables[:1]
    )["VpcEndpoint"]["VpcEndpointId"]

    def routed() -> list[bool]:
        found = ec2.describe_route_tables(RouteTableIds=tables)["RouteTables"]
        gateways = {
            table["RouteTableId"]: {route.get("GatewayId") for route in table["Routes"]}
            for table in found
        }
        return [endpoint in gateways[table] for table in tables]

    assert routed() == [True, False]
    ec2.modify_vpc_endpoint(
        VpcEndpointId=endpoint, AddRouteTableIds=tables[1:], RemoveRouteTableIds=tables[:1]
    )
    assert routed() == [False, True]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    assert routed() == [False, False]


def test_an_endpoint_changes_in_place(ec2: Any, vpc: str) -> None:
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{REGION}.sts",
        VpcEndpointType="Interface",
        PrivateDnsEnabled=True,
        PolicyDocument='{"Statement": []}',
    )["VpcEndpoint"]["VpcEndpointId"]
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PrivateDnsEnabled=False, ResetPolicy=True)
    found = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]
    assert found["PrivateDnsEnabled"] is False
    assert json.loads(found["PolicyDocument"])["Statement"][0]["Effect"] == "Allow"


def test_a_rule_from_a_group_has_a_description_that_can_change(ec2: Any, vpc: str) -> None:
    groups = [
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("of", "from")
    ]

    def permission(description: str) -> dict[str, Any]:
        pair = {"GroupId": groups[1], "Description": description}
        return {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "UserIdGroupPairs": [pair]}

    ec2.authorize_security_group_ingress(GroupId=groups[0], IpPermissions=[permission("old")])
    ec2.update_security_group_rule_descriptions_ingress(
        GroupId=groups[0], IpPermissions=[permission("new")]
    )
    rules = ec2.describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": [groups[0]]}]
    )["SecurityGroupRules"]
    assert [rule["Description"] for rule in rules if not rule["IsEgress"]] == ["new"]

    ec2.revoke_security_group_ingress(GroupId=groups[0], IpPermissions=[permission("other")])
    group = ec2.describe_security_groups(GroupIds=groups[:1])["SecurityGroups"][0]
    assert group["IpPermissions"] == []


def test_an_address_says_where_it_comes_from(ec2: Any) -> None:
    id_ = ec2.allocate_address(Domain="vpc")["AllocationId"]
    found = ec2.describe_addresses(AllocationIds=[id_])["Addresses"][0]
    assert (found["NetworkBorderGroup"], found["PublicIpv4Pool"]) == (REGION, "amazon")


def test_a_deleted_nat_gateway_lets_go_of_its_address(ec2: Any, vpc: str) -> None:
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.0.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]

    def gateway() -> str:
        made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)
        return made["NatGateway"]["NatGatewayId"]

    ec2.delete_nat_gateway(NatGatewayId=gateway())
    assert "AssociationId" not in ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]
    gateway()


def test_a_vpc_goes_when_nothing_stands_in_it(ec2: Any, vpc: str) -> None:
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.0.0/24")["Subnet"]["SubnetId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]
    steps = (
        (
            lambda: ec2.delete_subnet(SubnetId=subnet),
            lambda: ec2.delete_network_interface(
                NetworkInterfaceId=interface["NetworkInterfaceId"]
            ),
        ),
        (lambda: ec2.delete_vpc(VpcId=vpc), lambda: ec2.delete_subnet(SubnetId=subnet)),
        (
            lambda: ec2.delete_vpc(VpcId=vpc),
            lambda: ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc),
        ),
        (lambda: ec2.delete_vpc(VpcId=vpc), lambda: ec2.delete_security_group(GroupId=group)),
    )
    for refused, cleared in steps:
        with pytest.raises(ClientError, match="has dependencies and cannot be deleted"):
            refused()
        cleared()
    ec2.delete_vpc(VpcId=vpc)
    left = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    assert left["NetworkAcls"] == []
