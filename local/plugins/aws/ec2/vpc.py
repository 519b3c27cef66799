from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pascal, pick, request
from local.plugins.aws.ec2.base import Ec2Resource, filters, tags_of
from local.plugins.provider import Property, Props, Schema

SWITCHES = ("enableDnsSupport", "enableDnsHostnames", "enableNetworkAddressUsageMetrics")


class Vpc(Ec2Resource):
    kind = "vpc"
    properties: ClassVar[Schema] = {
        "assignGeneratedIpv6CidrBlock": Property(),
        "cidrBlock": Property(computed=True, replaces=True),
        "enableDnsHostnames": Property(computed=True),
        "enableDnsSupport": Property(default=True),
        "enableNetworkAddressUsageMetrics": Property(computed=True),
        "instanceTenancy": Property(default="default", replaces=True),
        "arn": Property(read_only=True),
        "defaultNetworkAclId": Property(read_only=True),
        "defaultRouteTableId": Property(read_only=True),
        "defaultSecurityGroupId": Property(read_only=True),
        "dhcpOptionsId": Property(read_only=True),
        "ipv6AssociationId": Property(read_only=True),
        "ipv6CidrBlock": Property(read_only=True),
        "ipv6CidrBlockNetworkBorderGroup": Property(read_only=True),
        "mainRouteTableId": Property(read_only=True),
        "ownerId": Property(read_only=True),
    }
    frozen = ("defaultRouteTableId", "mainRouteTableId")

    def make(self, aws: Aws, inputs: Props) -> str:
        ec2 = aws.client("ec2")
        given = pick(inputs, ["cidrBlock", "instanceTenancy"])
        if inputs.get("assignGeneratedIpv6CidrBlock"):
            given["amazonProvidedIpv6CidrBlock"] = True
        made = ec2.create_vpc(
            **request(ec2, "create_vpc", given), **self.tag_specifications(inputs)
        )
        return str(made["Vpc"]["VpcId"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        self.switch(aws, id_, pick(inputs, SWITCHES))

    def switch(self, aws: Aws, id_: str, switches: Props) -> None:
        """One at a time, as AWS wants it; host names need the support first."""
        for name in SWITCHES:
            if name in switches:
                wanted = {pascal(name): {"Value": switches[name]}}
                aws.client("ec2").modify_vpc_attribute(VpcId=id_, **wanted)

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        ec2 = aws.client("ec2")
        vpc = ec2.describe_vpcs(VpcIds=[id_])["Vpcs"][0]
        found = {
            "cidrBlock": vpc["CidrBlock"],
            "instanceTenancy": vpc.get("InstanceTenancy", "default"),
            "dhcpOptionsId": vpc.get("DhcpOptionsId"),
            "ownerId": vpc["OwnerId"],
            "arn": aws.arn("ec2", f"vpc/{id_}", account=vpc["OwnerId"]),
            "tags": tags_of(vpc),
            **self.switches(aws, id_),
            **self.defaults(aws, id_),
        }
        for block in vpc.get("Ipv6CidrBlockAssociationSet", []):
            if block["Ipv6CidrBlockState"]["State"] == "associated":
                found["assignGeneratedIpv6CidrBlock"] = True
                found["ipv6AssociationId"] = block["AssociationId"]
                found["ipv6CidrBlock"] = block["Ipv6CidrBlock"]
                found["ipv6CidrBlockNetworkBorderGroup"] = block.get("NetworkBorderGroup")
        return found

    def switches(self, aws: Aws, id_: str) -> Props:
        found = {}
        for name in SWITCHES:
            answer = aws.client("ec2").describe_vpc_attribute(VpcId=id_, Attribute=name)
            found[name] = answer[pascal(name)]["Value"]
        return found

    def defaults(self, aws: Aws, id_: str) -> Props:
        ec2 = aws.client("ec2")
        acls = ec2.describe_network_acls(Filters=filters(vpc_id=id_, default="true"))
        groups = ec2.describe_security_groups(Filters=filters(vpc_id=id_, group_name="default"))
        tables = ec2.describe_route_tables(
            Filters=[*filters(vpc_id=id_), {"Name": "association.main", "Values": ["true"]}]
        )
        main = tables["RouteTables"][0]["RouteTableId"]
        return {
            "defaultNetworkAclId": acls["NetworkAcls"][0]["NetworkAclId"],
            "defaultSecurityGroupId": groups["SecurityGroups"][0]["GroupId"],
            "defaultRouteTableId": main,
            "mainRouteTableId": main,
        }

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        self.switch(aws, id_, {name: inputs[name] for name in changed if name in SWITCHES})
        if "assignGeneratedIpv6CidrBlock" in changed:
            ec2 = aws.client("ec2")
            if inputs.get("assignGeneratedIpv6CidrBlock"):
                ec2.associate_vpc_cidr_block(VpcId=id_, AmazonProvidedIpv6CidrBlock=True)
            else:
                ec2.disassociate_vpc_cidr_block(AssociationId=live["ipv6AssociationId"])

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("ec2").delete_vpc(VpcId=id_)
