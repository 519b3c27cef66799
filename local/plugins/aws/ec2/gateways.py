"""Ways out of a VPC: internet gateways, elastic addresses and NAT gateways."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pick, request
from local.plugins.aws.ec2.base import Document, Ec2Resource, tags_of
from local.plugins.aws.failures import missing_is_fine
from local.plugins.provider import PluginError, Property, Props, Schema


class InternetGateway(Ec2Resource):
    kind = "internet-gateway"
    properties: ClassVar[Schema] = {
        "vpcId": Property(computed=True),
        "arn": Property(read_only=True),
        "ownerId": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        made = aws.client("ec2").create_internet_gateway(**self.tag_specifications(inputs))
        return str(made["InternetGateway"]["InternetGatewayId"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        if vpc := inputs.get("vpcId"):
            aws.client("ec2").attach_internet_gateway(InternetGatewayId=id_, VpcId=vpc)

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = aws.client("ec2").describe_internet_gateways(InternetGatewayIds=[id_])
        gateway = found["InternetGateways"][0]
        owner = gateway.get("OwnerId") or aws.account
        vpc = next((a["VpcId"] for a in gateway.get("Attachments", [])), None)
        return {
            "arn": aws.arn("ec2", f"internet-gateway/{id_}", account=owner),
            "ownerId": owner,
            "tags": tags_of(gateway),
            **({"vpcId": vpc} if vpc else {}),
        }

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        if old := live.get("vpcId"):
            aws.client("ec2").detach_internet_gateway(InternetGatewayId=id_, VpcId=old)
        self.finish(aws, id_, inputs)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        ec2 = aws.client("ec2")
        found = ec2.describe_internet_gateways(InternetGatewayIds=[id_])["InternetGateways"][0]
        for attachment in found.get("Attachments", []):
            ec2.detach_internet_gateway(InternetGatewayId=id_, VpcId=attachment["VpcId"])
        ec2.delete_internet_gateway(InternetGatewayId=id_)


class Eip(Ec2Resource):
    kind = "elastic-ip"
    not_imported = ("publicIpv4Pool", "networkBorderGroup")
    properties: ClassVar[Schema] = {
        "address": Property(replaces=True, write_only=True),
        "associateWithPrivateIp": Property(write_only=True),
        "domain": Property(computed=True, replaces=True),
        "instance": Property(computed=True),
        "networkBorderGroup": Property(computed=True, replaces=True),
        "networkInterface": Property(computed=True),
        "publicIpv4Pool": Property(computed=True, replaces=True),
        "allocationId": Property(read_only=True),
        "arn": Property(read_only=True),
        "associationId": Property(read_only=True),
        "carrierIp": Property(read_only=True),
        "customerOwnedIp": Property(read_only=True),
        "privateDns": Property(read_only=True),
        "privateIp": Property(read_only=True),
        "ptrRecord": Property(read_only=True),
        "publicDns": Property(read_only=True),
        "publicIp": Property(read_only=True),
    }
    elsewhere = ("instance", "networkInterface")
    frozen = ("associationId", "privateIp", "privateDns")

    def make(self, aws: Aws, inputs: Props) -> str:
        ec2 = aws.client("ec2")
        given = pick(inputs, ["address", "networkBorderGroup", "publicIpv4Pool"])
        given["domain"] = inputs.get("domain", "vpc")
        made = ec2.allocate_address(
            **request(ec2, "allocate_address", given), **self.tag_specifications(inputs)
        )
        return str(made["AllocationId"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        target = {
            "InstanceId": inputs.get("instance"),
            "NetworkInterfaceId": inputs.get("networkInterface"),
            "PrivateIpAddress": inputs.get("associateWithPrivateIp"),
        }
        given = {name: value for name, value in target.items() if value}
        if given:
            aws.client("ec2").associate_address(AllocationId=id_, **given)

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        addresses = aws.client("ec2").describe_addresses(AllocationIds=[id_])["Addresses"]
        if not addresses:
            return None
        address = addresses[0]
        told = {
            "allocationId": id_,
            "arn": aws.arn("ec2", f"elastic-ip/{id_}"),
            "associationId": address.get("AssociationId"),
            "carrierIp": address.get("CarrierIp"),
            "customerOwnedIp": address.get("CustomerOwnedIp"),
            "domain": address.get("Domain", "vpc"),
            "instance": address.get("InstanceId"),
            "networkBorderGroup": address.get("NetworkBorderGroup"),
            "networkInterface": address.get("NetworkInterfaceId"),
            "privateIp": address.get("PrivateIpAddress"),
            "publicDns": public_dns(aws, address["PublicIp"]),
            "publicIp": address["PublicIp"],
            "publicIpv4Pool": address.get("PublicIpv4Pool"),
        }
        return {name: v for name, v in told.items() if v} | {"tags": tags_of(address)}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        ec2 = aws.client("ec2")
        address = ec2.describe_addresses(AllocationIds=[id_])["Addresses"][0]
        if association := address.get("AssociationId"):
            ec2.disassociate_address(AssociationId=association)
        self.finish(aws, id_, inputs)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        ec2 = aws.client("ec2")
        address = ec2.describe_addresses(AllocationIds=[id_])["Addresses"][0]
        if association := address.get("AssociationId"):
            with missing_is_fine():
                ec2.disassociate_address(AssociationId=association)
        ec2.release_address(AllocationId=id_)


class NatGateway(Ec2Resource):
    kind = "natgateway"
    not_imported = ("privateIp", "secondaryAllocationIds", "secondaryPrivateIpAddresses")
    delete_before_replace = True  # an address cannot serve two at a time
    properties: ClassVar[Schema] = {
        "allocationId": Property(replaces=True),
        "connectivityType": Property(default="public", replaces=True),
        "privateIp": Property(computed=True, replaces=True),
        "subnetId": Property(replaces=True),
        "secondaryAllocationIds": Property(computed=True, replaces=True),
        "secondaryPrivateIpAddresses": Property(computed=True, replaces=True),
        "associationId": Property(read_only=True),
        "autoProvisionZones": Property(read_only=True),
        "autoScalingIps": Property(read_only=True),
        "availabilityMode": Property(read_only=True),
        "networkInterfaceId": Property(read_only=True),
        "publicIp": Property(read_only=True),
        "regionalNatGatewayAddresses": Property(read_only=True),
        "regionalNatGatewayAutoMode": Property(read_only=True),
        "routeTableId": Property(read_only=True),
        "vpcId": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        ec2 = aws.client("ec2")
        names = ("allocationId", "connectivityType", "subnetId", "secondaryAllocationIds")
        given = pick(inputs, names)
        if address := inputs.get("privateIp"):
            given["privateIpAddress"] = address
        if addresses := inputs.get("secondaryPrivateIpAddresses"):
            given["secondaryPrivateIpAddresses"] = addresses
        made = ec2.create_nat_gateway(
            **request(ec2, "create_nat_gateway", given), **self.tag_specifications(inputs)
        )
        return str(made["NatGateway"]["NatGatewayId"])

    def look(self, aws: Aws, id_: str) -> Document | None:
        found = aws.client("ec2").describe_nat_gateways(NatGatewayIds=[id_])["NatGateways"]
        return found[0] if found else None

    def ready(self, aws: Aws, id_: str, known: Props) -> None:
        def available() -> bool:
            gateway = self.look(aws, id_) or {"State": "deleted"}
            if gateway["State"] in ("failed", "deleted", "deleting"):
                reason = gateway.get("FailureMessage") or f"it is {gateway['State']}"
                raise PluginError(f"the NAT gateway {id_} did not come up: {reason}")
            return bool(gateway["State"] == "available")

        aws.until(available, "waiting for the NAT gateway")

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        gateway = self.look(aws, id_)
        if gateway is None or gateway["State"] in ("deleted", "deleting", "failed"):
            return None
        addresses = gateway.get("NatGatewayAddresses", [])
        told: Props = {
            "connectivityType": gateway.get("ConnectivityType", "public"),
            "subnetId": gateway["SubnetId"],
            "vpcId": gateway["VpcId"],
            "availabilityMode": gateway.get("AvailabilityMode") or "zonal",
            "tags": tags_of(gateway),
        }
        return told | self.addresses(addresses)

    def addresses(self, addresses: list[Any]) -> Props:
        main: Document = next((a for a in addresses if a.get("IsPrimary", True)), {})
        others = [a for a in addresses if a is not main]
        told = {
            "allocationId": main.get("AllocationId"),
            "associationId": main.get("AssociationId"),
            "networkInterfaceId": main.get("NetworkInterfaceId"),
            "privateIp": main.get("PrivateIp"),
            "publicIp": main.get("PublicIp"),
            "secondaryAllocationIds": [a["AllocationId"] for a in others if "AllocationId" in a],
            "secondaryPrivateIpAddresses": [a["PrivateIp"] for a in others if "PrivateIp" in a],
        }
        return {name: value for name, value in told.items() if value}

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        gateway = self.look(aws, id_)
        if gateway is not None and gateway["State"] not in ("deleted", "deleting"):
            aws.client("ec2").delete_nat_gateway(NatGatewayId=id_)

    def gone(self, aws: Aws, id_: str, known: Props) -> bool:
        gateway = self.look(aws, id_)
        return gateway is None or gateway["State"] == "deleted"


def public_dns(aws: Aws, address: str) -> str:
    name = f"ec2-{address.replace('.', '-')}"
    if aws.region == "us-east-1":
        return f"{name}.compute-1.amazonaws.com"
    return f"{name}.{aws.region}.compute.amazonaws.com"
