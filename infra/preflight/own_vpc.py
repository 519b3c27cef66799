"""A VPC of the customer's: whether a deployment can live in it. Nothing is changed."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from components.aws.zone import is_zone_id
from infra.config.interface_endpoints import InterfaceEndpoint, needed_without_egress
from infra.config.own_vpc import OwnVpcConfig
from infra.config.stack import StackConfig
from infra.preflight.finding import ClientOf, Result, ok, problem, unknown
from permissions.names import PROVENANCE_TAG

AREA = "own VPC"
FEWEST_FREE_ADDRESSES, SMALLEST_PREFIX = 250, 23
"""Of a private subnet: its nodes, and an address for every pod."""
OWN_DNS = "AmazonProvidedDNS"
LOAD_BALANCER_TAGS = {
    "private": "kubernetes.io/role/internal-elb",
    "public": "kubernetes.io/role/elb",
}
OURS = {"Key": PROVENANCE_TAG, "Value": "true"}
DNS_FLAGS = ("enableDnsSupport", "enableDnsHostnames")
ANYWHERE = "0.0.0.0/0"
LIVE = frozenset({"available", "pending"})

Document = Mapping[str, Any]


def check_own_vpc(config: StackConfig, client: ClientOf) -> Iterator[Result]:
    own = config.network.vpc
    if own is None:
        return
    ec2 = client("ec2")
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [own.id]}])["Vpcs"]
    if not vpcs:
        yield problem(
            AREA, own.id, f"there is no such VPC in {config.region}", "correct network.vpc.id"
        )
        return
    yield addresses(config, own, vpcs[0])
    yield tag_of_vpc(own, vpcs[0])
    yield name_servers(ec2, vpcs[0])
    for flag in DNS_FLAGS:
        yield dns_flag(own.id, flag, ec2.describe_vpc_attribute(VpcId=own.id, Attribute=flag))
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [own.id]}])
    routes = RouteTables(tables["RouteTables"])
    endpoints = ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [own.id]}])
    reached = served_inside(endpoints["VpcEndpoints"])
    missing = sorted(e for e in needed_without_egress(config) if e not in reached)
    yield from subnets(own, ec2, routes, missing)
    yield s3_endpoint(config, own, routes, endpoints["VpcEndpoints"])


def addresses(config: StackConfig, own: OwnVpcConfig, vpc: Document) -> Result:
    blocks = [block["CidrBlock"] for block in vpc.get("CidrBlockAssociationSet", ())]
    if str(config.network.cidr) in {*blocks, vpc["CidrBlock"]}:
        return ok(AREA, own.id, f"has {config.network.cidr}")
    listed = ", ".join(dict.fromkeys([vpc["CidrBlock"], *blocks]))
    return problem(
        AREA,
        own.id,
        f"has {listed}, not network.cidr {config.network.cidr}",
        f"set network.cidr to {vpc['CidrBlock']}: rules of who may connect are made of it",
    )


def tag_of_vpc(own: OwnVpcConfig, vpc: Document) -> Result:
    if OURS in vpc.get("Tags", []):
        return ok(AREA, f"tag of {own.id}", "there")
    return problem(
        AREA,
        f"tag of {own.id}",
        f"lacks {PROVENANCE_TAG}=true, without which nobody here may make a security group in it",
        tag_it(own.id, PROVENANCE_TAG, "true"),
    )


def tag_it(resource: str, key: str, value: str) -> str:
    return f"aws ec2 create-tags --resources {resource} --tags Key={key},Value={value}"


def name_servers(ec2: Any, vpc: Document) -> Result:
    """Of servers of the owner's own it cannot be seen from here what they answer."""
    id_ = vpc.get("DhcpOptionsId", "default")
    filters = [{"Name": "dhcp-options-id", "Values": [id_]}]
    found = ec2.describe_dhcp_options(Filters=filters)["DhcpOptions"]
    servers = [
        value["Value"]
        for options in found
        for configuration in options["DhcpConfigurations"]
        if configuration["Key"] == "domain-name-servers"
        for value in configuration["Values"]
    ]
    if set(servers) <= {OWN_DNS}:
        return ok(AREA, "name servers", "the VPC's own")
    return unknown(
        AREA,
        "name servers",
        f"{id_} names {', '.join(servers)}",
        "let them forward amazonaws.com to the VPC's own resolver: nodes look the cluster up there",
    )


def served_inside(endpoints: list[Document]) -> frozenset[str]:
    """AWS services that a private address answers for under their usual names."""
    return frozenset(
        ".".join(endpoint["ServiceName"].split(".")[3:])
        for endpoint in endpoints
        if endpoint["VpcEndpointType"] == "Interface"
        and endpoint["State"].lower() in LIVE
        and endpoint.get("PrivateDnsEnabled")
    )


def dns_flag(vpc_id: str, flag: str, answer: Document) -> Result:
    if answer[flag[0].upper() + flag[1:]]["Value"]:
        return ok(AREA, flag, "on")
    return problem(
        AREA,
        flag,
        "off: names of the cluster's API server do not resolve",
        f"aws ec2 modify-vpc-attribute --vpc-id {vpc_id} --{dashed(flag)}",
    )


def dashed(flag: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in flag)


class RouteTables:
    """Which table a subnet uses: its own, else the VPC's main one."""

    def __init__(self, tables: list[Document]) -> None:
        self.by_subnet: dict[str, Document] = {}
        self.main: Document = {"RouteTableId": "", "Routes": []}
        for table in tables:
            for association in table["Associations"]:
                if association.get("Main"):
                    self.main = table
                elif subnet := association.get("SubnetId"):
                    self.by_subnet[subnet] = table

    def of(self, subnet: str) -> Document:
        return self.by_subnet.get(subnet, self.main)

    def way_out(self, subnet: str) -> Document | None:
        routes = self.of(subnet)["Routes"]
        return next((r for r in routes if r.get("DestinationCidrBlock") == ANYWHERE), None)


def subnets(
    own: OwnVpcConfig, ec2: Any, routes: RouteTables, missing: list[InterfaceEndpoint]
) -> Iterator[Result]:
    wanted = {
        subnet: (kind, zone)
        for kind, by_zone in (("private", own.private_subnets), ("public", own.public_subnets))
        for zone, subnet in by_zone.items()
    }
    filters = [{"Name": "subnet-id", "Values": sorted(wanted)}]
    found = {s["SubnetId"]: s for s in ec2.describe_subnets(Filters=filters)["Subnets"]}
    for subnet, (kind, zone) in wanted.items():
        wrongs = list(subnet_problems(own, kind, zone, found.get(subnet), routes, missing))
        subject = f"{kind} subnet {subnet}"
        for what, remedy in wrongs:
            yield problem(AREA, subject, what, remedy)
        if not wrongs:
            free = found[subnet]["AvailableIpAddressCount"]
            yield ok(AREA, subject, f"{zone}, {found[subnet]['CidrBlock']}, {free} addresses free")


def subnet_problems(
    own: OwnVpcConfig,
    kind: str,
    zone: str,
    subnet: Document | None,
    routes: RouteTables,
    missing: list[InterfaceEndpoint],
) -> Iterator[tuple[str, str]]:
    """What is wrong with it, and what to do."""
    if subnet is None:
        yield "there is no such subnet", f"correct network.vpc.{kind}Subnets.{zone}"
        return
    name = subnet["SubnetId"]
    if subnet["VpcId"] != own.id:
        yield f"belongs to {subnet['VpcId']}", f"name a subnet of {own.id}"
        return
    place = subnet["AvailabilityZoneId" if is_zone_id(zone) else "AvailabilityZone"]
    if place != zone:
        yield f"is in {place}", f"name a subnet in {zone}"
    yield from tag_problems(kind, subnet)
    yield from route_problems(kind, name, routes, missing)
    if kind == "private":
        yield from size_problems(subnet)


def tag_problems(kind: str, subnet: Document) -> Iterator[tuple[str, str]]:
    name, tags, role = subnet["SubnetId"], subnet.get("Tags", []), LOAD_BALANCER_TAGS[kind]
    if {"Key": role, "Value": "1"} not in tags:
        yield f"lacks the tag {role}=1, by which load balancers find it", tag_it(name, role, "1")
    if OURS not in tags:
        yield (
            f"lacks the tag {PROVENANCE_TAG}=true, by which it is known as the deployment's",
            tag_it(name, PROVENANCE_TAG, "true"),
        )


def size_problems(subnet: Document) -> Iterator[tuple[str, str]]:
    size, free = ip_network(subnet["CidrBlock"]).prefixlen, subnet["AvailableIpAddressCount"]
    larger = f"name a larger subnet, /{SMALLEST_PREFIX} or more"
    if size > SMALLEST_PREFIX:
        yield f"is a /{size} with {free} free addresses: nodes and pods outgrow it", larger
    elif free < FEWEST_FREE_ADDRESSES:
        yield f"has {free} free addresses; nodes and pods need {FEWEST_FREE_ADDRESSES}", larger


def route_problems(
    kind: str, subnet: str, routes: RouteTables, missing: list[InterfaceEndpoint]
) -> Iterator[tuple[str, str]]:
    way_out, table = routes.way_out(subnet), routes.of(subnet)["RouteTableId"]
    to_internet = way_out is not None and str(way_out.get("GatewayId", "")).startswith("igw-")
    if way_out is not None and way_out.get("State") == "blackhole":
        yield f"its default route in {table} leads nowhere", "repair the route's target"
    elif kind == "public" and not to_internet:
        yield f"has no route to an internet gateway in {table}", "add 0.0.0.0/0 to one"
    elif kind == "private" and to_internet:
        yield (
            f"is public: {table} leads straight to an internet gateway",
            "route 0.0.0.0/0 to a NAT or transit gateway, or name a private subnet",
        )
    elif kind == "private" and way_out is None and missing:
        yield (
            f"has no default route in {table}, and AWS is not reached inside the VPC: nodes cannot"
            " fetch images or join",
            "route 0.0.0.0/0 to a NAT or transit gateway, or make interface endpoints with private"
            f" DNS for {', '.join(missing)}",
        )


def s3_endpoint(
    config: StackConfig, own: OwnVpcConfig, routes: RouteTables, endpoints: list[Document]
) -> Result:
    service = f"com.amazonaws.{config.region}.s3"
    served = {
        table
        for endpoint in endpoints
        if endpoint["ServiceName"] == service
        and endpoint["VpcEndpointType"] == "Gateway"
        and endpoint["State"].lower() in LIVE
        for table in endpoint.get("RouteTableIds", ())
    }
    needed = {routes.of(subnet)["RouteTableId"] for subnet in own.private_subnets.values()}
    if needed <= served:
        return ok(AREA, "S3 gateway endpoint", "on the route tables of all private subnets")
    missing = ", ".join(sorted(needed - served))
    return problem(
        AREA,
        "S3 gateway endpoint",
        f"is not on {missing}: all data would go, and be paid for, through the NAT",
        f"aws ec2 create-vpc-endpoint --vpc-id {own.id} --service-name {service}"
        f" --route-table-ids {missing.replace(',', '')}",
    )
