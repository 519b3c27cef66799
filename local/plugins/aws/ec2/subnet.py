from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pascal, pick, request
from local.plugins.aws.ec2.base import Document, Ec2Resource, tags_of
from local.plugins.provider import Property, Props, Schema

CREATION = ("vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6CidrBlock")
ATTRIBUTES = {
    "mapPublicIpOnLaunch": "mapPublicIpOnLaunch",
    "assignIpv6AddressOnCreation": "assignIpv6AddressOnCreation",
    "enableDns64": "enableDns64",
    "enableResourceNameDnsARecordOnLaunch": "enableResourceNameDnsARecord",
    "enableResourceNameDnsAaaaRecordOnLaunch": "enableResourceNameDnsAAAARecord",
    "privateDnsHostnameTypeOnLaunch": "hostnameType",
}
NAME_OPTIONS = tuple(ATTRIBUTES)[3:]


class Subnet(Ec2Resource):
    kind = "subnet"
    not_imported = ("availabilityZoneId",)
    properties: ClassVar[Schema] = {
        "vpcId": Property(required=True, replaces=True),
        "cidrBlock": Property(computed=True, replaces=True),
        "availabilityZone": Property(computed=True, replaces=True),
        "availabilityZoneId": Property(computed=True, replaces=True),
        "ipv6CidrBlock": Property(computed=True, replaces=True),
        "mapPublicIpOnLaunch": Property(default=False),
        "assignIpv6AddressOnCreation": Property(default=False),
        "enableDns64": Property(default=False),
        "enableResourceNameDnsARecordOnLaunch": Property(default=False),
        "enableResourceNameDnsAaaaRecordOnLaunch": Property(default=False),
        "privateDnsHostnameTypeOnLaunch": Property(computed=True),
        "arn": Property(read_only=True),
        "ipv6CidrBlockAssociationId": Property(read_only=True),
        "ownerId": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        ec2 = aws.client("ec2")
        given = request(ec2, "create_subnet", pick(inputs, CREATION))
        made = ec2.create_subnet(**given, **self.tag_specifications(inputs))
        return str(made["Subnet"]["SubnetId"])

    def ready(self, aws: Aws, id_: str, known: Props) -> None:
        ec2 = aws.client("ec2")
        aws.until(
            lambda: ec2.describe_subnets(SubnetIds=[id_])["Subnets"][0]["State"] == "available",
            "waiting for the subnet",
        )

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        """AWS has all of these off, and host names by address, at first."""
        self.change(aws, id_, [n for n in ATTRIBUTES if inputs.get(n)], inputs, {})

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        subnet = aws.client("ec2").describe_subnets(SubnetIds=[id_])["Subnets"][0]
        options: Document = subnet.get("PrivateDnsNameOptionsOnLaunch") or {}
        found = {
            "vpcId": subnet["VpcId"],
            "cidrBlock": subnet.get("CidrBlock"),
            "availabilityZone": subnet["AvailabilityZone"],
            "availabilityZoneId": subnet.get("AvailabilityZoneId"),
            "mapPublicIpOnLaunch": subnet["MapPublicIpOnLaunch"],
            "assignIpv6AddressOnCreation": subnet["AssignIpv6AddressOnCreation"],
            "enableDns64": subnet.get("EnableDns64", False),
            "enableResourceNameDnsARecordOnLaunch": options.get(
                "EnableResourceNameDnsARecord", False
            ),
            "enableResourceNameDnsAaaaRecordOnLaunch": options.get(
                "EnableResourceNameDnsAAAARecord", False
            ),
            "privateDnsHostnameTypeOnLaunch": options.get("HostnameType", "ip-name"),
            "ownerId": subnet["OwnerId"],
            "arn": subnet["SubnetArn"],
            "tags": tags_of(subnet),
        }
        for block in subnet.get("Ipv6CidrBlockAssociationSet", []):
            if block["Ipv6CidrBlockState"]["State"] == "associated":
                found["ipv6CidrBlock"] = block["Ipv6CidrBlock"]
                found["ipv6CidrBlockAssociationId"] = block["AssociationId"]
        return found

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        """One attribute at a time, as AWS wants it."""
        for name, attribute in ATTRIBUTES.items():
            if name not in changed:
                continue
            value = inputs[name]
            if name == "privateDnsHostnameTypeOnLaunch":
                wanted = {"PrivateDnsHostnameTypeOnLaunch": value}
            elif name in NAME_OPTIONS:
                wanted = {f"{pascal(attribute)}OnLaunch": {"Value": value}}
            else:
                wanted = {pascal(attribute): {"Value": value}}
            aws.client("ec2").modify_subnet_attribute(SubnetId=id_, **wanted)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("ec2").delete_subnet(SubnetId=id_)
