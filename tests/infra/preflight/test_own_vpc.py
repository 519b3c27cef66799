"""A customer's VPC: one that is right, and each thing that can be wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from infra.config import parse
from infra.config.stack import StackConfig
from infra.preflight.finding import Outcome, Result
from infra.preflight.own_vpc import check_own_vpc
from tests.infra.config.documents import GOOD, own_vpc
from tests.infra.preflight.account import REGION, ZONES, client_of

ANYWHERE = "0.0.0.0/0"
OURS = {"Key": "clickhouse-byoc", "Value": "true"}
INSIDE = ("autoscaling", "ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing",
          "sts")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Made:
    ec2: Any
    vpc: str
    private: dict[str, str]
    public: dict[str, str]
    private_table: str
    public_table: str
    internet: str
    s3: str

    def config(self) -> StackConfig:
        document = own_vpc(
            "vpc",
            {"id": self.vpc, "privateSubnets": self.private, "publicSubnets": self.public},
        )
        return parse(document)

    def results(self) -> list[Result]:
        return list(check_own_vpc(self.config(), client_of()))

    def problems(self) -> list[Result]:
        return [result for result in self.results() if result.outcome is not Outcome.OK]


@pytest.fixture
def made() -> Made:
    ec2 = boto3.client("ec2", region_name=REGION)
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    for flag in ("EnableDnsSupport", "EnableDnsHostnames"):
        ec2.modify_vpc_attribute(VpcId=vpc, **{flag: {"Value": True}})
    internet = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.create_tags(Resources=[vpc], Tags=[OURS])
    ec2.attach_internet_gateway(InternetGatewayId=internet, VpcId=vpc)
    private, private_table = subnets(ec2, vpc, "internal-elb", 0)
    public, public_table = subnets(ec2, vpc, "elb", 128)
    ec2.create_route(RouteTableId=public_table, DestinationCidrBlock=ANYWHERE, GatewayId=internet)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=public[ZONES[0]], AllocationId=address)
    ec2.create_route(
        RouteTableId=private_table,
        DestinationCidrBlock=ANYWHERE,
        NatGatewayId=nat["NatGateway"]["NatGatewayId"],
    )
    s3 = ec2.create_vpc_endpoint(
        VpcId=vpc,
        VpcEndpointType="Gateway",
        ServiceName=f"com.amazonaws.{REGION}.s3",
        RouteTableIds=[private_table],
    )
    return Made(
        ec2=ec2,
        vpc=vpc,
        private=private,
        public=public,
        private_table=private_table,
        public_table=public_table,
        internet=internet,
        s3=s3["VpcEndpoint"]["VpcEndpointId"],
    )


def subnets(ec2: Any, vpc: str, role: str, third: int) -> tuple[dict[str, str], str]:
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    made = {}
    for number, zone in enumerate(ZONES):
        subnet = ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.20.{third + 4 * number}.0/22", AvailabilityZone=zone
        )["Subnet"]["SubnetId"]
        tags = [{"Key": f"kubernetes.io/role/{role}", "Value": "1"}, OURS]
        ec2.create_tags(Resources=[subnet], Tags=tags)
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        made[zone] = subnet
    return made, table


def test_a_vpc_that_is_right(made: Made) -> None:
    assert made.problems() == []
    told = {result.subject: result.found for result in made.results()}
    assert told[f"private subnet {made.private['us-east-1a']}"].endswith("addresses free")


def test_without_a_vpc_of_ones_own_there_is_nothing_to_look_at() -> None:
    assert list(check_own_vpc(parse(GOOD), client_of())) == []


def test_a_vpc_that_is_not_there() -> None:
    (result,) = check_own_vpc(parse(own_vpc("vpc.id", "vpc-00000000")), client_of())
    assert result.outcome is Outcome.PROBLEM and "no such VPC" in result.found


def drop_tags(made: Made) -> None:
    keys = [{"Key": "kubernetes.io/role/internal-elb"}]
    made.ec2.delete_tags(Resources=[made.private["us-east-1b"]], Tags=keys)


def vpc_untagged(made: Made) -> None:
    made.ec2.delete_tags(Resources=[made.vpc], Tags=[{"Key": "clickhouse-byoc"}])


def subnet_untagged(made: Made) -> None:
    keys = [{"Key": "clickhouse-byoc"}]
    made.ec2.delete_tags(Resources=[made.public["us-east-1c"]], Tags=keys)


def other_name_servers(made: Made) -> None:
    servers = [{"Key": "domain-name-servers", "Values": ["10.20.0.53"]}]
    options = made.ec2.create_dhcp_options(DhcpConfigurations=servers)["DhcpOptions"]
    made.ec2.associate_dhcp_options(DhcpOptionsId=options["DhcpOptionsId"], VpcId=made.vpc)


def aws_inside(made: Made, *services: str) -> None:
    for service in services:
        made.ec2.create_vpc_endpoint(
            VpcId=made.vpc,
            VpcEndpointType="Interface",
            ServiceName=f"com.amazonaws.{REGION}.{service}",
            SubnetIds=list(made.private.values()),
            PrivateDnsEnabled=True,
        )


def no_way_out_and_no_sts(made: Made) -> None:
    no_way_out(made)
    aws_inside(made, *(service for service in INSIDE if service != "sts"))


def names_off(made: Made) -> None:
    made.ec2.modify_vpc_attribute(VpcId=made.vpc, EnableDnsHostnames={"Value": False})


def no_way_out(made: Made) -> None:
    made.ec2.delete_route(RouteTableId=made.private_table, DestinationCidrBlock=ANYWHERE)


def private_is_public(made: Made) -> None:
    no_way_out(made)
    made.ec2.create_route(
        RouteTableId=made.private_table, DestinationCidrBlock=ANYWHERE, GatewayId=made.internet
    )


def public_is_private(made: Made) -> None:
    made.ec2.delete_route(RouteTableId=made.public_table, DestinationCidrBlock=ANYWHERE)


def no_s3(made: Made) -> None:
    made.ec2.delete_vpc_endpoints(VpcEndpointIds=[made.s3])


CASES: dict[str, tuple[Callable[[Made], None], int, str, str]] = {
    "tag missing": (drop_tags, 1, "lacks the tag", "create-tags"),
    "VPC without our tag": (vpc_untagged, 1, "lacks clickhouse-byoc=true", "create-tags"),
    "subnet without our tag": (subnet_untagged, 1, "lacks the tag clickhouse", "create-tags"),
    "name servers of the owner's": (other_name_servers, 1, "10.20.0.53", "forward"),
    "one endpoint short": (no_way_out_and_no_sts, 3, "not reached inside", "private DNS for sts"),
    "names off": (names_off, 1, "off", "--enable-dns-hostnames"),
    "no way out": (no_way_out, 3, "no default route", "NAT or transit gateway"),
    "private is public": (private_is_public, 3, "is public", "NAT or transit gateway"),
    "public is private": (public_is_private, 3, "no route to an internet gateway", "0.0.0.0/0"),
    "no S3 endpoint": (no_s3, 1, "through the NAT", "create-vpc-endpoint"),
}


@pytest.mark.parametrize(("change", "count", "found", "remedy"), CASES.values(), ids=CASES.keys())
def test_each_thing_that_is_wrong_is_named_with_its_remedy(
    made: Made, change: Callable[[Made], None], count: int, found: str, remedy: str
) -> None:
    change(made)
    problems = made.problems()
    assert len(problems) == count
    for result in problems:
        assert found in result.found and remedy in result.remedy


def test_a_way_out_is_not_needed_where_aws_is_reached_inside(made: Made) -> None:
    no_way_out(made)
    aws_inside(made, *INSIDE)
    assert made.problems() == []


def test_subnets_are_looked_for_by_the_ids_of_their_zones(made: Made) -> None:
    found = made.ec2.describe_subnets(SubnetIds=list(made.private.values()))["Subnets"]
    ids = {subnet["AvailabilityZoneId"]: subnet["SubnetId"] for subnet in found}
    document = own_vpc("vpc", {"id": made.vpc, "privateSubnets": ids})
    document["network"]["zones"] = sorted(ids)
    assert not [r for r in check_own_vpc(parse(document), client_of()) if r.outcome != Outcome.OK]
    first, second, third = sorted(ids)
    turned = {first: ids[second], second: ids[first], third: ids[third]}
    document["network"]["vpc"]["privateSubnets"] = turned
    problems = [r for r in check_own_vpc(parse(document), client_of()) if r.outcome != Outcome.OK]
    assert {problem.found for problem in problems} == {f"is in {first}", f"is in {second}"}


def test_a_subnet_that_is_small_elsewhere_or_not_there(made: Made) -> None:
    small = made.ec2.create_subnet(
        VpcId=made.vpc, CidrBlock="10.20.200.0/26", AvailabilityZone="us-east-1b"
    )["Subnet"]["SubnetId"]
    other = made.ec2.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]
    foreign = made.ec2.create_subnet(
        VpcId=other, CidrBlock="10.30.0.0/22", AvailabilityZone="us-east-1b"
    )["Subnet"]["SubnetId"]
    zones = {"us-east-1a": small, "us-east-1b": foreign, "us-east-1c": "subnet-00000000"}
    wrong = Made(**{**made.__dict__, "private": zones})
    told = "\n".join(f"{result.subject}: {result.found}" for result in wrong.problems())
    assert f"{small}: is in us-east-1b" in told
    assert f"{small}: is a /26 with 59 free addresses" in told
    assert f"{foreign}: belongs to {other}" in told
    assert "subnet-00000000: there is no such subnet" in told


def test_a_cidr_that_is_not_the_vpcs(made: Made) -> None:
    config = made.config()
    network = config.network.model_copy(update={"cidr": parse(GOOD).cluster.service_cidr})
    other = config.model_copy(update={"network": network})
    problem = next(r for r in check_own_vpc(other, client_of()) if r.subject == made.vpc)
    assert problem.remedy.startswith("set network.cidr to 10.20.0.0/16")
