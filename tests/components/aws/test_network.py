"""The network layer: who can reach what, and which way out there is."""

import pytest

from tests.components.aws.deployments import example, small, with_change
from tests.engine import Run

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
ROUTE = "aws:ec2/route:Route"
NAT = "aws:ec2/natGateway:NatGateway"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"


def default_routes(seen: Run, table: str) -> list[str]:
    return [
        "nat" if "natGatewayId" in route.inputs else "internet"
        for route in seen.all(ROUTE)
        if table in route.name and route.inputs["destinationCidrBlock"] == "0.0.0.0/0"
    ]


def test_three_zones_with_a_private_and_a_public_subnet_each() -> None:
    subnets = small().all(SUBNET)
    zones = {subnet.inputs["availabilityZone"] for subnet in subnets}
    assert zones == {"us-east-1a", "us-east-1b", "us-east-1c"}
    assert len(subnets) == 6
    assert len({subnet.inputs["cidrBlock"] for subnet in subnets}) == 6


def test_zones_can_be_named_by_their_ids() -> None:
    """The same places in every account, so that peers can be in the same zones."""
    ids = ["use1-az1", "use1-az4", "use1-az6"]
    seen = with_change("network.zones", ids)
    private = [s for s in seen.all(SUBNET) if "private" in s.name]
    assert [subnet.inputs["availabilityZoneId"] for subnet in private] == ids
    assert not any("availabilityZone" in subnet.inputs for subnet in seen.all(SUBNET))
    named = [s.inputs["cidrBlock"] for s in small().all(SUBNET)]
    assert [subnet.inputs["cidrBlock"] for subnet in seen.all(SUBNET)] == named


def test_no_subnet_hands_out_public_addresses() -> None:
    assert not any(subnet.inputs["mapPublicIpOnLaunch"] for subnet in example().all(SUBNET))


def test_the_default_security_group_is_closed() -> None:
    group = example().one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs
    assert group.get("ingress", []) == [] and group.get("egress", []) == []


def test_names_resolve_inside_the_vpc() -> None:
    vpc = example().one(VPC).inputs
    assert vpc["enableDnsSupport"] is True and vpc["enableDnsHostnames"] is True


def test_load_balancers_find_their_subnets() -> None:
    for subnet in example().all(SUBNET):
        role = "internal-elb" if "private" in subnet.name else "elb"
        assert subnet.inputs["tags"][f"kubernetes.io/role/{role}"] == "1"
        assert subnet.inputs["tags"]["kubernetes.io/cluster/clickhouse-cloud-acme"] == "shared"


@pytest.mark.parametrize(("egress", "gateways"), [("natPerZone", 3), ("singleNat", 1)])
def test_private_subnets_go_out_through_nat_alone(egress: str, gateways: int) -> None:
    seen = with_change("network.egress", egress)
    assert len(seen.all(NAT)) == len(seen.all("aws:ec2/eip:Eip")) == gateways
    assert default_routes(seen, "private") == ["nat"] * 3
    assert default_routes(seen, "public") == ["internet"]


def test_with_nat_in_each_zone_a_zone_does_not_hang_on_another() -> None:
    routes = [r for r in small().all(ROUTE) if "private" in r.name]
    assert len({route.inputs["natGatewayId"] for route in routes}) == 3


def test_a_nat_gateway_waits_for_the_internet_gateway() -> None:
    gateway = small().one("aws:ec2/internetGateway:InternetGateway")
    assert all(gateway.urn in nat.depends_on for nat in small().all(NAT))


def test_without_egress_nothing_leads_out_of_private_subnets() -> None:
    needed = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "sts"]
    network = {
        "zones": ["us-east-1a", "us-east-1b", "us-east-1c"],
        "egress": "none",
        "interfaceEndpoints": needed,
    }
    seen = with_change("network", network)
    assert not seen.all(NAT)
    assert not seen.all("aws:ec2/internetGateway:InternetGateway")
    assert {s.name.split("-")[1] for s in seen.all(SUBNET)} == {"private"}
    assert [r for r in seen.all(ROUTE) if r.inputs["destinationCidrBlock"] == "0.0.0.0/0"] == []
    services = {endpoint.inputs["serviceName"] for endpoint in seen.all(ENDPOINT)}
    assert services == {f"com.amazonaws.us-east-1.{name}" for name in [*needed, "s3"]}


def test_s3_is_reached_by_a_gateway_from_every_private_subnet() -> None:
    endpoint = small().one(ENDPOINT).inputs
    assert endpoint["vpcEndpointType"] == "Gateway"
    assert len(endpoint["routeTableIds"]) == 3


def test_interface_endpoints_answer_https_from_the_vpc_alone() -> None:
    rules = example().all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert [
        (r.inputs["cidrIpv4"], r.inputs["fromPort"], r.inputs["toPort"], r.inputs["ipProtocol"])
        for r in rules
    ] == [("10.40.0.0/16", 443, 443, "tcp")]
    for endpoint in example().all(ENDPOINT):
        if endpoint.inputs["vpcEndpointType"] == "Interface":
            assert endpoint.inputs["privateDnsEnabled"] is True
            assert len(endpoint.inputs["subnetIds"]) == 3


def test_flow_logs_are_kept_encrypted_for_their_time() -> None:
    log = example().one("aws:ec2/flowLog:FlowLog").inputs
    assert log["trafficType"] == "ALL"
    group = example().one("aws:cloudwatch/logGroup:LogGroup", "network-flow-logs").inputs
    assert group["retentionInDays"] == 90
    assert group["kmsKeyId"].startswith("arn:aws:kms:")


def test_flow_logs_can_be_left_out() -> None:
    seen = with_change("network.flowLogs", "none")
    assert not seen.all("aws:ec2/flowLog:FlowLog")
    assert not [r for r in seen.all("aws:iam/role:Role") if "flow-logs" in r.name]


def test_nodes_start_once_their_way_out_is_there() -> None:
    group = small().one("aws:eks/nodeGroup:NodeGroup", "cluster-pool-workload")
    needed = {r.urn for r in [*small().all(ROUTE), *small().all(ASSOCIATION)]}
    routed = {urn for urn in needed if "peering" not in urn}
    assert routed <= group.depends_on
