"""The network between two accounts, applied, changed and destroyed on the local cloud."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.kubernetes.platform import private_load_balancer_tags
from tests.infra.config.documents import Document
from tests.local.aws.cloud import CUSTOMER, LocalAws, started_local_aws
from tests.local.plugins.aws_project import aws_project
from tests.local.plugins.project import Project

pytestmark = pytest.mark.engine

NEIGHBOUR, REGION = "444444444444", "us-east-1"
ROLE = "connections"
PROGRAM = """
    from tests.infra.network_program import build

    build()
"""
ANYWHERE = "0.0.0.0/0"
OURS, THEIRS = "10.40.0.0/16", "10.60.0.0/16"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with started_local_aws(tmp_path_factory.mktemp("aws")) as local_aws:
        yield local_aws


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """An account with a transit gateway, a VPC of clients, and a role to connect them by."""

    ec2: Any
    gateway: str
    share: str
    vpc: str
    table: str
    group: str
    role: str


@pytest.fixture(scope="module")
def neighbour(aws: LocalAws) -> Neighbour:
    ec2 = aws.client("ec2", account=NEIGHBOUR, region=REGION)
    iam = aws.client("iam", account=NEIGHBOUR)
    gateway = ec2.create_transit_gateway()["TransitGateway"]
    ram = aws.client("ram", account=NEIGHBOUR, region=REGION)
    share = ram.create_resource_share(
        name="hub", principals=[CUSTOMER], resourceArns=[gateway["TransitGatewayArn"]]
    )
    vpc = ec2.create_vpc(CidrBlock=THEIRS)["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="clients", Description="clients", VpcId=vpc)
    allow = {"Effect": "Allow", "Principal": {"AWS": CUSTOMER}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust)
    return Neighbour(
        ec2=ec2,
        gateway=gateway["TransitGatewayId"],
        share=share["resourceShare"]["resourceShareArn"],
        vpc=vpc,
        table=ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"],
        group=group["GroupId"],
        role=role["Role"]["Arn"],
    )


@pytest.fixture
def project(tmp_path: Path, pulumi_cli: Path, aws: LocalAws) -> Project:
    made = aws_project(tmp_path / "project", pulumi_cli, aws, aws.user_key(tmp_path.name))
    made.write(PROGRAM)
    return made


def document(neighbour: Neighbour) -> Document:
    return {
        "name": "acme",
        "region": REGION,
        "account": CUSTOMER,
        "network": {
            "cidr": OURS,
            "zones": ["use1-az1", "use1-az2", "use1-az3"],
            "flowLogs": "none",
            "egress": "hub",
            "hub": {
                "transitGatewayId": neighbour.gateway,
                "acceptShareArn": neighbour.share,
                "accepterRoleArn": neighbour.role,
            },
        },
        "peering": [
            {
                "name": "clients",
                "vpcId": neighbour.vpc,
                "account": NEIGHBOUR,
                "cidrs": [THEIRS],
                "accepter": {
                    "roleArn": neighbour.role,
                    "routeTableIds": [neighbour.table],
                    "securityGroupIds": [neighbour.group],
                    "dnsResolution": True,
                },
            }
        ],
        "cluster": {
            "nodePools": [
                {"name": "system", "purpose": "system", "instanceTypes": ["m6i.xlarge"]},
                {"name": "workload", "purpose": "workload", "instanceTypes": ["m7g.xlarge"]},
            ]
        },
    }


def configure(project: Project, wanted: Document) -> None:
    project.configure(
        {
            f"byoc:{key}": value if isinstance(value, str) else json.dumps(value)
            for key, value in wanted.items()
        }
    )


def unchanged(project: Project) -> None:
    project.run("up", "--refresh", "--yes", "--skip-preview", "--expect-no-changes").check()


def attachments(ec2: Any) -> list[Any]:
    return list(ec2.describe_transit_gateway_vpc_attachments()["TransitGatewayVpcAttachments"])


def routes(ec2: Any, destination: str) -> list[Any]:
    tables = ec2.describe_route_tables()["RouteTables"]
    return [r for t in tables for r in t["Routes"] if r.get("DestinationCidrBlock") == destination]


def addresses(ec2: Any) -> dict[str, str]:
    """Networks of our subnets, by name."""
    found = ec2.describe_subnets(Filters=[{"Name": "tag:clickhouse-byoc", "Values": ["true"]}])
    return {
        next(tag["Value"] for tag in subnet["Tags"] if tag["Key"] == "Name"): subnet["CidrBlock"]
        for subnet in found["Subnets"]
    }


LINK = """
    from tests.infra.private_link_program import build

    build()
"""


def test_a_private_link_that_another_account_connects_to(
    project: Project, aws: LocalAws, neighbour: Neighbour
) -> None:
    ours = aws.client("ec2", region=REGION)
    balancer = load_balancer_of_the_cluster(aws, ours)
    project.write(LINK)
    wanted = {"allowedPrincipals": [f"arn:aws:iam::{NEIGHBOUR}:root"]}
    configure(project, offering(neighbour, wanted))
    project.up().check()
    (service,) = ours.describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]
    assert service["NetworkLoadBalancerArns"] == [balancer]
    unchanged(project)
    told = json.loads(project.run("stack", "output", "--json").check())["told"]
    assert told["serviceName"] == service["ServiceName"]
    assert told["dnsRecord"]["name"].endswith(".vpce.db.example.com")
    made = neighbour.ec2.create_vpc_endpoint(
        VpcId=neighbour.vpc, VpcEndpointType="Interface", ServiceName=told["serviceName"]
    )["VpcEndpoint"]
    assert made["State"] == "pendingAcceptance"
    id_ = made["VpcEndpointId"]
    accepted = wanted | {"acceptedEndpoints": [id_], "dnsVerified": True}
    configure(project, offering(neighbour, accepted))
    project.up().check()
    assert state_of(neighbour, id_) == "available"
    (service,) = ours.describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]
    assert service["PrivateDnsNameConfiguration"]["State"] == "verified"
    unchanged(project)
    configure(project, offering(neighbour, wanted))
    project.up().check()
    assert state_of(neighbour, id_) == "rejected"
    project.destroy().check()
    assert ours.describe_vpc_endpoint_service_configurations()["ServiceConfigurations"] == []


def load_balancer_of_the_cluster(aws: LocalAws, ours: Any) -> str:
    """As whoever makes it for the ingress tags it, and another one beside it."""
    vpc = ours.create_vpc(CidrBlock=OURS)["Vpc"]["VpcId"]
    subnet = ours.create_subnet(VpcId=vpc, CidrBlock="10.40.0.0/24")["Subnet"]["SubnetId"]
    arns = []
    for exposure in ("public", "private"):
        tags = private_load_balancer_tags("acme") | {"clickhouse-byoc-exposure": exposure}
        made = aws.client("elbv2", region=REGION).create_load_balancer(
            Name=exposure,
            Type="network",
            Subnets=[subnet],
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        arns.append(made["LoadBalancers"][0]["LoadBalancerArn"])
    return str(arns[1])


def offering(neighbour: Neighbour, link: Document) -> Document:
    endpoints = {"domain": "db.example.com", "tlsSecret": "tls", "privateLink": link}
    return document(neighbour) | {"endpoints": endpoints}


def state_of(neighbour: Neighbour, endpoint: str) -> str:
    found = neighbour.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"]
    return str(found[0]["State"])


def test_hub_and_peering_of_another_account(
    project: Project, aws: LocalAws, neighbour: Neighbour
) -> None:
    ours = aws.client("ec2", region=REGION)
    first = document(neighbour)
    configure(project, first)
    project.up().check()
    assert [item["State"] for item in attachments(neighbour.ec2)] == ["available"]
    out = routes(ours, ANYWHERE)
    assert [route["TransitGatewayId"] for route in out] == [neighbour.gateway] * 3
    assert len(routes(ours, THEIRS)) == 3 and len(routes(neighbour.ec2, OURS)) == 1
    assert ports_to_us(neighbour) == [8443, 9440]
    assert names_resolve(ours) == [True, True]
    unchanged(project)
    a_zone_is_added_and_none_moves(project, ours, first)
    what_the_neighbour_takes_away_is_asked_for_again(project, neighbour)
    project.destroy().check()
    assert attachments(neighbour.ec2) == [] and addresses(ours) == {}
    assert routes(neighbour.ec2, OURS) == [] and ports_to_us(neighbour) == []
    shares = aws.client("ram", region=REGION).get_resource_shares(resourceOwner="OTHER-ACCOUNTS")
    assert shares["resourceShares"] == []


def ports_to_us(neighbour: Neighbour) -> list[int]:
    rules = neighbour.ec2.describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": [neighbour.group]}]
    )["SecurityGroupRules"]
    return sorted(rule["FromPort"] for rule in rules if rule.get("CidrIpv4") == OURS)


def names_resolve(ours: Any) -> list[bool]:
    (peering,) = ours.describe_vpc_peering_connections(
        Filters=[{"Name": "status-code", "Values": ["active"]}]
    )["VpcPeeringConnections"]
    return [
        peering[side]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"]
        for side in ("RequesterVpcInfo", "AccepterVpcInfo")
    ]


def a_zone_is_added_and_none_moves(project: Project, ours: Any, first: Document) -> None:
    before, later = addresses(ours), copy.deepcopy(first)
    (attachment,) = attachments(ours)
    later["network"]["zones"].append("use1-az4")
    configure(project, later)
    project.up().check()
    after = addresses(ours)
    assert before.items() < after.items() and len(after) == len(before) + 2
    (same,) = attachments(ours)
    assert same["TransitGatewayAttachmentId"] == attachment["TransitGatewayAttachmentId"]
    assert len(same["SubnetIds"]) == 4


def what_the_neighbour_takes_away_is_asked_for_again(
    project: Project, neighbour: Neighbour
) -> None:
    neighbour.ec2.delete_route(RouteTableId=neighbour.table, DestinationCidrBlock=OURS)
    project.run("up", "--refresh", "--yes", "--skip-preview").check()
    assert len(routes(neighbour.ec2, OURS)) == 1
