"""The account that an example expects: what its owner brings, made in the local AWS."""

from __future__ import annotations

import copy
from ipaddress import ip_network
from typing import Any

from components.kubernetes.platform import private_load_balancer_tags
from tests.access_proof.record import trusting
from tests.infra.config.documents import Document
from tests.local.aws.cloud import CUSTOMER, LocalAws

SUBNET_PREFIX = 20
DEPLOYERS = ("roleArn", "profile")
"""What only the stack that is deployed through a role says of access."""


def brought(aws: LocalAws, document: Document) -> Document:
    """The same deployment with ids of things that are there. Its buckets go with it: what keeps
    them is for the tests of storage."""
    made = copy.deepcopy(document)
    if made.get("kind") == "onboarding":
        return made
    made["storage"] = {**made.get("storage", {}), "removal": "disposable"}
    network, region = made.get("network", {}), made["region"]
    if "vpc" in network:
        network["vpc"] = own_vpc(aws, network, region)
    if "hub" in network:
        network["hub"]["transitGatewayId"] = transit_gateway(aws, region)
    for key in made.get("encryption", {}):
        if key.endswith("KeyArn"):
            made["encryption"][key] = key_arn(aws, region)
    for peering in made.get("peering", []):
        peering["vpcId"] = peer(aws, peering, region)
        if accepter := peering.get("accepter"):
            hand_over(aws, peering, accepter, region)
    if link := made.get("endpoints", {}).get("privateLink"):
        link["acceptedEndpoints"] = []  # who connects asks once the service is there
        if "loadBalancerArn" not in link:
            load_balancer(aws, made["name"], region)
    for arn in made.get("cluster", {}).get("adminRoleArns", []):
        role(aws, arn)
    return made


def own_vpc(aws: LocalAws, network: Document, region: str) -> dict[str, Any]:
    ec2 = aws.client("ec2", region=region)
    vpc = ec2.create_vpc(CidrBlock=network["cidr"])["Vpc"]["VpcId"]
    blocks = ip_network(network["cidr"]).subnets(new_prefix=SUBNET_PREFIX)
    named: dict[str, Any] = {"id": vpc}
    for kind in ("privateSubnets", "publicSubnets"):
        for zone in network["vpc"].get(kind, {}):
            subnet = ec2.create_subnet(
                VpcId=vpc, CidrBlock=str(next(blocks)), AvailabilityZone=zone
            )
            named.setdefault(kind, {})[zone] = subnet["Subnet"]["SubnetId"]
    return named


def transit_gateway(aws: LocalAws, region: str) -> str:
    made = aws.client("ec2", region=region).create_transit_gateway()
    return str(made["TransitGateway"]["TransitGatewayId"])


def key_arn(aws: LocalAws, region: str) -> str:
    made = aws.client("kms", region=region).create_key(Description="the customer's own")
    return str(made["KeyMetadata"]["Arn"])


def peer(aws: LocalAws, peering: Document, region: str) -> str:
    account, there = peering.get("account", CUSTOMER), peering.get("region", region)
    ec2 = aws.client("ec2", account=account, region=there)
    return str(ec2.create_vpc(CidrBlock=peering["cidrs"][0])["Vpc"]["VpcId"])


def hand_over(aws: LocalAws, peering: Document, accepter: Document, region: str) -> None:
    """The peer's side: a role that this account may take on, and what it may change there."""
    account, there = peering.get("account", CUSTOMER), peering.get("region", region)
    ec2, iam = (aws.client(each, account=account, region=there) for each in ("ec2", "iam"))
    vpc = peering["vpcId"]
    tables = [ec2.create_route_table(VpcId=vpc) for _ in accepter.get("routeTableIds", [])]
    accepter["routeTableIds"] = [made["RouteTable"]["RouteTableId"] for made in tables]
    accepter["securityGroupIds"] = [
        ec2.create_security_group(VpcId=vpc, GroupName=f"{vpc}-{id_}", Description="clients")[
            "GroupId"
        ]
        for id_ in accepter.get("securityGroupIds", [])
    ]
    name = accepter["roleArn"].rpartition("/")[2]
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(CUSTOMER))


def load_balancer(aws: LocalAws, name: str, region: str) -> None:
    """Which the cluster makes for its ingress."""
    subnets = aws.client("ec2", region=region).describe_subnets(
        Filters=[{"Name": "default-for-az", "Values": ["true"]}]
    )["Subnets"]
    tags = private_load_balancer_tags(name)
    aws.client("elbv2", region=region).create_load_balancer(
        Name=f"{name}-private",
        Type="network",
        Scheme="internal",
        Subnets=[subnets[0]["SubnetId"]],
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )


def without_load_balancer(aws: LocalAws, name: str, region: str) -> None:
    """As the cluster does it when its services go."""
    elb, wanted = aws.client("elbv2", region=region), private_load_balancer_tags(name).items()
    arns = [each["LoadBalancerArn"] for each in elb.describe_load_balancers()["LoadBalancers"]]
    for told in elb.describe_tags(ResourceArns=arns)["TagDescriptions"] if arns else []:
        if wanted <= {tag["Key"]: tag["Value"] for tag in told["Tags"]}.items():
            elb.delete_load_balancer(LoadBalancerArn=told["ResourceArn"])


def role(aws: LocalAws, arn: str) -> None:
    trust = '{"Version": "2012-10-17", "Statement": []}'
    aws.client("iam").create_role(RoleName=arn.rpartition("/")[2], AssumeRolePolicyDocument=trust)


def onboarding_of(document: Document) -> Document | None:
    """The stack that the account's owner applies first, where an operator deploys."""
    access = document.get("access", {})
    if document.get("kind") == "onboarding" or "roleArn" not in access:
        return None
    handed_over = {name: value for name, value in access.items() if name not in DEPLOYERS}
    return {
        "kind": "onboarding",
        "name": document["name"],
        "region": document["region"],
        "account": document["account"],
        "access": handed_over,
    }
